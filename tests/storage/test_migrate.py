"""Databases of older versions become what the code needs, with all that is in them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, select, text

from lenswright.storage.base import Table
from lenswright.storage.database import Database, open_database
from lenswright.storage.dataset_tables import PhotoRow
from lenswright.storage.migrate import MIGRATIONS
from lenswright.storage.tables import PromotionRow
from tests.databases import Databases

PHOTO = (
    "INSERT INTO photos (task, sha256, pixel_sha256, dhash, width, height, size_bytes, format, filename,"
    " source, uploaded_at) VALUES ('cats', 'a', 'a', 7, 1, 1, 1, 'PNG', 'x.png', 'upload', 0)"
)


PROMOTION = (
    "INSERT INTO promotions (task, version, at, reason, by) VALUES ('cats', 'v1', 0, 'the first', 'api')"
)


@pytest.fixture(params=["0001", "0002", "0003", "0004", "0006"])
def updated(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[Database]:
    """A database of an older version, with something in it, opened by the present one."""
    (tmp_path / "data").mkdir()
    with databases.empty(tmp_path) as url:
        make_old(url, request.param)
        database = open_database(url)
        yield database
        database.close()


def make_old(url: str, revision: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        command.upgrade(config, revision)
        connection.execute(text(PHOTO))
        connection.execute(text(PROMOTION))
    engine.dispose()


def test_an_old_database_gets_the_tables_that_the_code_maps(updated: Database) -> None:
    with updated.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


def test_photos_of_older_versions_are_kept(updated: Database) -> None:
    with updated.reading() as session:
        photo = session.scalars(select(PhotoRow)).one()
    assert (photo.filename, photo.dhash, photo.colours) == ("x.png", 7, None)


def test_no_promotion_of_older_versions_went_against_the_gate(updated: Database) -> None:
    with updated.reading() as session:
        promotion = session.scalars(select(PromotionRow)).one()
    assert (promotion.version, promotion.overridden) == ("v1", False)
