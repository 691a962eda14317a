"""Hostile and damaged zips: refused, each with its reason, and at no cost."""

import io
import itertools
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenswright.dataset.importers import ArchiveLimits, read_uploads
from lenswright.dataset.upload import Upload
from lenswright.errors import ArchiveRefused, ImageTooLarge, UnreadableImage
from tests.builders import make_class_zip, make_photo, make_zip
from tests.dataset import hostile_zips as hostile
from tests.dataset.conftest import Take

PHOTO = make_photo()
LIMITS = ArchiveLimits(max_members=1000, max_bytes=100_000_000, max_member_bytes=25_000_000)


def read(data: bytes, limits: ArchiveLimits = LIMITS) -> list[Upload]:
    return list(read_uploads("sent.zip", io.BytesIO(data), archive_limits=limits))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (make_zip({"../x.jpg": PHOTO}), "stay inside the zip. Received: '../x.jpg'"),
        (make_zip({"a/../../x.jpg": PHOTO}), "stay inside the zip"),
        (make_zip({"a\\..\\..\\x.jpg": PHOTO}), "stay inside the zip"),
        (make_zip({"/etc/x.jpg": PHOTO}), "absolute '/etc/x.jpg'"),
        (make_zip({"C:\\x.jpg": PHOTO}), "absolute 'C:/x.jpg'"),
        (make_zip({"\\\\host\\x.jpg": PHOTO}), "absolute"),
        (hostile.zip_with_mode(hostile.LINK), "the link 'circle/x.jpg'"),
        (hostile.zip_with_mode(hostile.PIPE), "the special file 'circle/x.jpg'"),
        (
            hostile.with_flags(make_class_zip(1), 0x1),
            "without a password. Received the encrypted 'circle/0.jpg'",
        ),
        (
            hostile.with_method(make_class_zip(1), 14),
            "stored or deflated. Received: 'circle/0.jpg', packed by method 14",
        ),
        (make_zip({"bomb.bmp": bytes(20_000_000)}), "at most 200 bytes out of one packed byte.*'bomb.bmp'"),
        (hostile.overlapping(500, 9_000_000), "unpacks to at most 100000000 bytes. Received: 4500000000"),
        (hostile.quoting(20, 100_000), "share no bytes. Received: '019.bmp', which reaches into the next"),
        (hostile.overlapping(2, 1000), "share no bytes. Received: '0000.bmp'"),
        (make_zip({f"{number}.jpg": b"" for number in range(1001)}), "at most 1000 members"),
        (hostile.with_directory_of(5000), "at most 1000 members"),
        (make_class_zip(3)[:-30], "list of members is missing"),
        (make_class_zip(3)[:500], "list of members is missing"),
        (b"PK\x03\x04 and nothing else", "list of members is missing"),
        (make_zip({}), "Expected photos in the zip. Received: none among 0 files"),
        (
            make_zip({"labels.csv": b"file,label\n"}),
            "Expected photos in the zip. Received: none among 1 files",
        ),
        (make_zip({"1.jpg": PHOTO, "labels.csv": b'file,label\n"1.jpg,' + b"x" * 200_000}), "cannot be read"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_a_hostile_zip_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ArchiveRefused, match=reason):
        read(data)


def test_a_zip_that_lost_its_beginning_gives_what_is_left_of_it() -> None:
    uploads = read(b"PK\x03\x04" + make_class_zip(3)[2000:])
    assert [upload.refusal is None for upload in uploads] == [False] + 5 * [True]


def test_a_name_with_a_nul_is_refused() -> None:
    data = make_zip({"catX/1.jpg": PHOTO}).replace(b"catX", b"cat\0")
    with pytest.raises(ArchiveRefused, match="without NUL"):
        read(data)


def test_a_member_without_a_name_is_passed_over() -> None:
    with pytest.raises(ArchiveRefused, match="none among 0 files"):
        read(hostile.with_directory_of(1, name=b""))


def test_hostile_names_are_seen_before_any_photo_is_given_out() -> None:
    uploads = read_uploads(
        "x.zip", io.BytesIO(make_zip({"cat/1.jpg": PHOTO, "../2.jpg": PHOTO})), archive_limits=LIMITS
    )
    with pytest.raises(ArchiveRefused):
        next(uploads)


def test_a_bomb_costs_no_memory() -> None:
    data = make_zip({"bomb.bmp": bytes(200_000_000)})
    tracemalloc.start()
    with pytest.raises(ArchiveRefused):
        read(data)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_a_bomb_that_promises_little_gives_only_what_it_promised() -> None:
    data = hostile.with_promised_size(make_zip({"bomb.bmp": bytes(50_000_000)}), 1000)
    tracemalloc.start()
    (upload,) = read(data)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()
    assert upload.data == b""
    assert isinstance(upload.refusal, UnreadableImage)


def test_a_member_that_promises_too_much_is_refused_alone() -> None:
    data = hostile.with_promised_size(make_zip({"cat/1.jpg": PHOTO}), 30_000)
    (upload,) = read(data)
    assert isinstance(upload.refusal, UnreadableImage)


def test_small_bombs_that_share_their_bytes_are_refused_in_the_end() -> None:
    limits = ArchiveLimits(max_members=1000, max_bytes=50_000_000, max_member_bytes=25_000_000)
    with pytest.raises(ArchiveRefused):
        read(hostile.overlapping(10, 9_000_000), limits=limits)


def test_a_member_over_the_limit_is_refused_alone() -> None:
    limits = ArchiveLimits(max_member_bytes=len(PHOTO))
    large, small = read(
        make_zip({"large.jpg": make_photo(size=(400, 300)), "small.jpg": PHOTO}), limits=limits
    )
    assert isinstance(large.refusal, ImageTooLarge)
    assert (small.refusal, small.data) == (None, PHOTO)


def test_a_member_damaged_in_the_zip_is_refused_alone() -> None:
    damaged, good = read(hostile.with_crc_error())
    assert "damaged inside the zip: Bad CRC-32" in str(damaged.refusal)
    assert good.refusal is None


def test_the_bomb_of_quoted_headers_is_one() -> None:
    data = hostile.quoting(20, 100_000)
    with zipfile.ZipFile(io.BytesIO(data)) as unpacked:
        assert sum(len(unpacked.read(name)) for name in unpacked.namelist()) > 900 * len(data)


def test_a_zip_in_a_zip_is_refused_as_a_file_and_not_unpacked(take: Take) -> None:
    results = take(*read(hostile.nested()))
    assert "a zip inside the zip" in str(results[0].reason)
    assert [(result.filename, result.outcome) for result in results] == [
        ("inner.zip", "refused"),
        ("circle/x.jpg", "stored"),
    ]


def test_ten_thousand_members_are_read_if_the_limits_allow() -> None:
    data = make_zip({f"cat/{number}.jpg": b"x" for number in range(10_000)})
    assert len(read(data, limits=ArchiveLimits())) == 10_000


def test_a_hundred_thousand_members_are_listed_at_once_and_read_one_by_one() -> None:
    uploads = read_uploads("x.zip", io.BytesIO(hostile.of_many(100_000)), archive_limits=ArchiveLimits())
    first = list(itertools.islice(uploads, 3))
    assert [upload.label for upload in first] == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("folder", "encoding", "label"),
    [("Schäferhund", "utf-8", "Schäferhund"), ("猫", "utf-8", "猫"), ("Schäfer", "cp437", "Schäfer")],
)
def test_names_are_read_as_utf_8_also_where_the_zip_does_not_say_so(
    folder: str, encoding: str, label: str
) -> None:
    written = f"{folder}/1.jpg".encode(encoding)
    stand_in = "x" * len(written)
    data = make_zip({stand_in: PHOTO}).replace(stand_in.encode(), written)
    (upload,) = read(data)
    assert (upload.filename, upload.label, upload.data) == (f"{label}/1.jpg", label, PHOTO)


@pytest.mark.parametrize(
    ("folder", "becomes"),
    [
        ("CAT", "cat"),
        ("  c\N{ZERO WIDTH SPACE}at ", "cat"),
        ("🐈", "🐈"),
        ("x" * 300, "unknown_label"),
        ("c\N{RIGHT-TO-LEFT OVERRIDE}at", "unknown_label"),
    ],
)
def test_a_folder_of_any_name_is_a_label_or_refused_with_a_reason(
    take: Take, folder: str, becomes: str
) -> None:
    take(Upload("x.jpg", make_photo(seed=5), "cat"))
    (result,) = take(*read(make_zip({f"{folder}/1.jpg": PHOTO})))
    assert (result.label or result.code) == becomes


@given(
    edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6),
    kept=st.floats(0.5, 1),
)
def test_a_damaged_zip_is_read_or_refused_but_never_crashes(
    edits: list[tuple[float, int]], kept: float
) -> None:
    data = bytearray(make_zip({"cat/1.jpg": b"photo " * 30, "labels.csv": b"file,label\n1.jpg,pug\n"}))
    for place, value in edits:
        data[int(place * (len(data) - 1))] = value
    data[:4] = b"PK\x03\x04"
    try:
        uploads = read(bytes(data[: int(kept * len(data))]))
    except ArchiveRefused:
        return
    assert all(len(upload.data) <= 200 for upload in uploads)
