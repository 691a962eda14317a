"""A home that no service serves is not filled: an import asks the service whether it sees its edit."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from lenswright.cli.__main__ import main
from lenswright.dataset.edit_history import edit
from lenswright.storage.database import open_database
from lenswright.storage.dataset_tables import EditRow
from lenswright.web.edit_report import edit_json
from tests.builders import make_photo
from tests.cli.conftest import Called
from tests.cli.data_api import DataApi

Import = Callable[..., Called]
REFUSAL = (
    " uses another home: it would not see these photos. Set LENSWRIGHT_HOME to its home, or give --home."
)


@pytest.fixture
def import_photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, api: DataApi) -> Import:
    """Return `import_photos("--home", "x")`, which imports two photos beside the service `api`."""
    monkeypatch.setenv("LENSWRIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LENSWRIGHT_API_URL", api.url)
    for name in ("cat", "dog"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        (tmp_path / "photos" / name / "1.jpg").write_bytes(make_photo(seed=len(name) + ord(name[0])))

    def call(*arguments: str) -> Called:
        out, err = io.StringIO(), io.StringIO()
        status = main(["import", str(tmp_path / "photos"), *arguments], out, err)
        return Called(status, out.getvalue(), err.getvalue())

    return call


def opened(home: Path) -> list[int]:
    database = open_database(f"sqlite:///{home / 'data' / 'lenswright.db'}")
    with database.reading() as session:
        found = [int(one) for one in session.scalars(select(EditRow.id))]
    database.close()
    return found


def test_a_service_that_does_not_know_the_edit_has_another_home(
    import_photos: Import, api: DataApi, tmp_path: Path
) -> None:
    called = import_photos()
    first, *_, last = called.err.splitlines()
    assert called.status == 1
    assert first == f"2 files into cats-vs-dogs, in the home {tmp_path / 'home'}."
    assert last == f"The service at {api.url}{REFUSAL}"
    assert opened(tmp_path / "home") == []
    assert not list((tmp_path / "home").rglob("*.jpg"))


@pytest.mark.parametrize(
    "other", [{"task": "pets"}, {"at": "2001-01-01T00:00:00Z"}, {"at": None}, {"detail": {"path": "/x"}}]
)
def test_an_edit_of_the_same_number_that_is_not_this_one_is_another_home(
    import_photos: Import, api: DataApi, tmp_path: Path, other: dict[str, object]
) -> None:
    api.look = lambda path: _seen(tmp_path / "home", path) | other
    assert import_photos().status == 1
    assert opened(tmp_path / "home") == []


def test_a_service_that_sees_the_edit_lets_the_import_go_on(
    import_photos: Import, api: DataApi, tmp_path: Path
) -> None:
    api.look = lambda path: _seen(tmp_path / "home", path)
    called = import_photos()
    assert (called.status, called.out.partition(".")[0]) == (0, "cats-vs-dogs: stored 2")
    assert [asked.path for asked in api.asked] == ["/dataset/batches/1"]
    assert opened(tmp_path / "home") == [1]


def test_a_home_that_is_named_is_not_asked_about(import_photos: Import, api: DataApi, tmp_path: Path) -> None:
    assert import_photos("--home", str(tmp_path / "other")).status == 0
    assert api.asked == []


def test_what_is_no_service_of_ours_stops_nothing(
    import_photos: Import, api: DataApi, tmp_path: Path
) -> None:
    api.answers["/dataset/batches/1"] = Flask("other").response_class("no JSON", 403)
    assert import_photos().status == 0


def test_an_import_that_had_begun_is_not_removed(import_photos: Import, api: DataApi, tmp_path: Path) -> None:
    home = tmp_path / "home"
    api.look = lambda path: _seen(home, path)
    import_photos()
    _cut_short(home)
    api.look = None
    assert import_photos().status == 1
    assert opened(home) == [1]


def _seen(home: Path, path: str) -> dict[str, object]:
    database = open_database(f"sqlite:///{home / 'data' / 'lenswright.db'}")
    found = edit_json(edit(database, int(path.rpartition("/")[2])))
    database.close()
    return found


def _cut_short(home: Path) -> None:
    database = open_database(f"sqlite:///{home / 'data' / 'lenswright.db'}")
    with database.writing() as session:
        session.get_one(EditRow, 1).ended_at = None
    database.close()
