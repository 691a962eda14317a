"""Zips written front to back: others can read them, also with more members than 16 bits count."""

import io
import zipfile
from collections.abc import Iterable

import pytest

from lenswright.dataset.zip_stream import ZipStream

NOW = 1_700_000_000.0


def packed(members: Iterable[tuple[str, bytes]], now: float = NOW) -> zipfile.ZipFile:
    out = io.BytesIO()
    with ZipStream(now) as stream:
        for name, data in members:
            out.write(stream.member(name, data))
        for part in stream.end():
            out.write(part)
    return zipfile.ZipFile(out)


def test_members_come_out_as_they_went_in() -> None:
    members = {"a/b.jpg": b"one", "ü 😀.txt": b"", "big": bytes(range(256)) * 5000}
    read = packed(members.items())
    assert read.testzip() is None
    assert {name: read.read(name) for name in read.namelist()} == members
    assert {info.date_time for info in read.infolist()} == {(2023, 11, 14, 22, 13, 20)}
    assert {info.external_attr >> 16 for info in read.infolist()} == {0o100644}


def test_a_zip_of_nothing_is_a_zip() -> None:
    assert packed([]).namelist() == []


def test_a_clock_that_stands_at_zero_is_no_obstacle() -> None:
    assert packed([("a", b"")], now=0.0).infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)


def test_more_members_than_sixteen_bits_count() -> None:
    read = packed((f"{number}", b"x") for number in range(70_000))
    assert len(read.namelist()) == 70_000
    assert read.read("69999") == b"x"


def test_places_beyond_four_gigabytes_are_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lenswright.dataset.zip_stream._FAR", 100)  # as if 100 bytes were four gigabytes
    members = {f"{number}.txt": b"x" * 50 for number in range(5)}
    read = packed(members.items())
    assert {name: read.read(name) for name in read.namelist()} == members
    assert read.infolist()[4].extract_version == 45


def test_every_member_can_be_read_without_seeking() -> None:
    """Sizes stand before the bytes, not after them, where some readers would miss them."""
    read = packed([("a.jpg", b"12345")])
    assert [info.flag_bits & 0x08 for info in read.infolist()] == [0]
    assert read.infolist()[0].compress_type == zipfile.ZIP_STORED
