"""The record of changes: begun before, ended after, read by page."""

import logging

import pytest
from sqlalchemy import text

from lenswright.access.audit import DAY_S, AuditTrail, AuditWish, Deed
from lenswright.errors import StorageFailure
from lenswright.storage.database import Database

PROMOTE = Deed(
    "key 'lab-3' from 10.0.0.7", "POST /models/{version}/promote", "/models/v1/promote", "trainer", 3
)
ALL = AuditWish()


class Clock:
    now = 1_000_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def trail(database: Database, clock: Clock) -> AuditTrail:
    return AuditTrail(database, clock, keep_days=10)


def read(trail: AuditTrail, wish: AuditWish = ALL) -> list[tuple[str, str, str | None]]:
    _, entries = trail.page(wish, offset=0, limit=50)
    return [(entry.deed.by, entry.deed.action, entry.outcome) for entry in entries]


def test_a_change_is_there_before_it_is_made_and_has_its_outcome_afterwards(trail: AuditTrail) -> None:
    entry = trail.begin(PROMOTE)
    assert read(trail) == [(PROMOTE.by, PROMOTE.action, None)]
    trail.end(entry, "200", version="v1")
    total, [audited] = trail.page(ALL, offset=0, limit=50)
    assert (total, audited.outcome, audited.at) == (1, "200", Clock.now)
    assert audited.deed == Deed(**{**vars(PROMOTE), "detail": {"version": "v1"}})


def test_what_a_block_does_is_done_or_failed(trail: AuditTrail) -> None:
    deed = Deed("command line, tom", "lenswright keys create", "ci")
    with trail.recording(deed) as said:
        said["id"] = 4
    with pytest.raises(KeyboardInterrupt), trail.recording(deed):
        raise KeyboardInterrupt
    _, entries = trail.page(ALL, offset=0, limit=50)
    assert [(entry.outcome, dict(entry.deed.detail)) for entry in entries] == [
        ("failed", {}),
        ("done", {"id": 4}),
    ]


def test_entries_are_found_by_parts_of_whom_and_what_and_by_time(trail: AuditTrail, clock: Clock) -> None:
    trail.begin(PROMOTE)
    clock.now += 100
    trail.begin(Deed("api, 127.0.0.1", "POST /upload-data", "/upload-data"))
    assert [by for by, _, _ in read(trail)] == ["api, 127.0.0.1", PROMOTE.by]
    assert [by for by, _, _ in read(trail, AuditWish(by="lab-3"))] == [PROMOTE.by]
    assert [by for by, _, _ in read(trail, AuditWish(action="upload"))] == ["api, 127.0.0.1"]
    assert [by for by, _, _ in read(trail, AuditWish(since=clock.now))] == ["api, 127.0.0.1"]
    assert read(trail, AuditWish(by="%")) == []
    assert read(trail, AuditWish(by="lab-3", action="upload")) == []


def test_entries_come_page_by_page(trail: AuditTrail) -> None:
    for number in range(5):
        trail.begin(Deed(f"n{number}", "POST /x", "/x"))
    total, entries = trail.page(ALL, offset=2, limit=2)
    assert (total, [entry.deed.by for entry in entries]) == (5, ["n2", "n1"])
    assert trail.page(ALL, offset=2**40, limit=2)[1] == []


def test_what_is_too_long_is_cut_not_refused(trail: AuditTrail) -> None:
    trail.begin(Deed("b" * 300, "a" * 900, "t" * 9_000, address="1" * 200))
    _, [entry] = trail.page(ALL, offset=0, limit=1)
    assert (len(entry.deed.by), len(entry.deed.action), len(entry.deed.target)) == (100, 255, 2_000)


def test_entries_go_after_the_days_that_they_are_kept(trail: AuditTrail, clock: Clock) -> None:
    trail.begin(PROMOTE)
    clock.now += 10 * DAY_S
    trail.begin(Deed("second", "POST /x", "/x"))
    trail.forget_old()
    assert len(read(trail)) == 2
    clock.now += 1
    trail.forget_old()
    assert [by for by, _, _ in read(trail)] == ["second"]


@pytest.mark.sqlite_only("renames a table under the code")
def test_without_its_entry_a_change_is_not_begun_and_without_its_outcome_it_is_told(
    trail: AuditTrail, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    entry = trail.begin(PROMOTE)
    with database.writing() as session:
        session.execute(text("ALTER TABLE audit RENAME TO away"))
    with pytest.raises(StorageFailure):
        trail.begin(PROMOTE)
    with caplog.at_level(logging.ERROR):
        trail.end(entry, "200")
        trail.refused(PROMOTE, "403")
    assert f"the outcome 200 of audit entry {entry}" in caplog.text
    assert "the refusal of POST /models/{version}/promote" in caplog.text
