"""Databases of older versions become what the code needs, with all that is in them."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, select, text

from lenswright.storage.database import open_database
from lenswright.storage.migrate import MIGRATIONS
from lenswright.storage.tables import PhotoRow

PHOTO = (
    "INSERT INTO photos (task, sha256, pixel_sha256, dhash, width, height, size_bytes, format, filename,"
    " source, uploaded_at) VALUES ('cats', 'a', 'a', 7, 1, 1, 1, 'PNG', 'x.png', 'upload', 0)"
)


def test_photos_of_the_first_version_are_kept(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        command.upgrade(config, "0001")
        connection.execute(text(PHOTO))
    engine.dispose()
    database = open_database(url)
    with database.reading() as session:
        photo = session.scalars(select(PhotoRow)).one()
    assert (photo.filename, photo.dhash, photo.colours) == ("x.png", 7, None)
    database.close()
