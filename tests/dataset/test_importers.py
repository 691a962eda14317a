"""Files and zips in, photos with their labels and splits out; hostile zips refused, each by name."""

import io
import tracemalloc
from collections import Counter

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


def read(
    data: bytes, label: str | None = None, split: str | None = None, limits: ArchiveLimits = LIMITS
) -> list[Upload]:
    uploads = read_uploads("sent.bin", io.BytesIO(data), label=label, split=split, archive_limits=limits)
    return list(uploads)


def placed(data: bytes) -> dict[str, tuple[str | None, str | None]]:
    return {upload.filename: (upload.label, upload.split) for upload in read(data)}


def test_a_photo_passes_through_with_its_label_and_split() -> None:
    assert read(PHOTO, "circle", "test") == [Upload("sent.bin", PHOTO, "circle", "test")]


def test_what_is_no_zip_passes_through_for_the_intake_to_judge() -> None:
    assert read(b"")[0].data == b""
    assert read(b"hello")[0].data == b"hello"


def test_a_file_that_is_too_large_is_not_kept_in_memory() -> None:
    (upload,) = read(bytes(5_000_000), limits=ArchiveLimits(max_member_bytes=1000))
    assert upload.data == b""
    assert isinstance(upload.refusal, ImageTooLarge)
    assert "at most 1000 bytes. Received: 5000000." in str(upload.refusal)


def test_folders_are_classes() -> None:
    uploads = read(make_class_zip(3))
    assert Counter(upload.label for upload in uploads) == {"circle": 3, "square": 3}
    assert uploads[0] == Upload("circle/0.jpg", make_photo("circle", seed=0), "circle")


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("x.jpg", None),
        ("cat/x.jpg", "cat"),
        ("my pets/cat/x.jpg", "cat"),
        ("my pets\\cat\\x.jpg", "cat"),
        ("./cat/x.jpg", "cat"),
        ("猫/x.jpg", "猫"),
    ],
)
def test_the_last_folder_is_the_label(path: str, label: str | None) -> None:
    assert [upload.label for upload in read(make_zip({path: PHOTO}))] == [label]


def test_split_folders_give_the_split() -> None:
    found = placed(make_zip({f"set/{split}/cat/{split}.jpg": PHOTO for split in ("Train", "val", "testing")}))
    assert found == {
        "set/Train/cat/Train.jpg": ("cat", "train"),
        "set/val/cat/val.jpg": ("cat", "validation"),
        "set/testing/cat/testing.jpg": ("cat", "test"),
    }


def test_a_class_may_be_called_like_a_split() -> None:
    data = make_zip(
        {"train/test/1.jpg": PHOTO, "val/test/2.jpg": PHOTO, "test/test/3.jpg": PHOTO, "test/4.jpg": PHOTO}
    )
    assert list(placed(data).values()) == [
        ("test", "train"),
        ("test", "validation"),
        ("test", "test"),
        (None, "test"),
    ]


def test_a_zip_with_a_training_part_only_is_split_by_the_platform() -> None:
    found = placed(make_zip({f"train/cat/{number}.jpg": PHOTO for number in range(30)}))
    assert set(found.values()) == {("cat", None)}


@pytest.mark.parametrize(
    ("held_out", "split", "gap"), [("test", "test", "validation"), ("val", "validation", "test")]
)
def test_a_missing_split_is_filled_from_the_training_part(held_out: str, split: str, gap: str) -> None:
    members = {f"train/{kind}/{number}.jpg": PHOTO for kind in ("cat", "dog") for number in range(25)}
    members |= {f"{held_out}/{kind}/{number}.jpg": PHOTO for kind in ("cat", "dog") for number in range(4)}
    counts = Counter(placed(make_zip(members)).values())
    for kind in ("cat", "dog"):
        assert counts[kind, "train"] == 22
        assert counts[kind, gap] == 3
        assert counts[kind, split] == 4


def test_a_label_and_a_split_of_the_request_hold_for_every_photo() -> None:
    data = make_zip({"test/a/1.jpg": PHOTO, "2.jpg": PHOTO})
    assert {(upload.label, upload.split) for upload in read(data, "cat", "train")} == {("cat", "train")}


@pytest.mark.parametrize(
    "table",
    [
        "file,label\nimages/1.jpg,cat\nimages/2.jpg,dog\n",
        "\ufeffFilename;Class\n1.jpg;cat\n2.jpg;dog\n",
        "id,breed\n1,cat\n2,dog\n",
        "label\timage\ncat\t./images/1.jpg\ndog\timages\\2.jpg\n",
        'file,label,note\r\n"1.jpg","cat","a, b"\r\n2.jpg,dog\r\n\r\n',
    ],
)
def test_a_list_of_labels_says_what_each_file_is(table: str) -> None:
    data = make_zip({"set/images/1.jpg": PHOTO, "set/images/2.jpg": PHOTO, "set/labels.csv": table.encode()})
    assert [label for label, _ in placed(data).values()] == ["cat", "dog"]


def test_a_list_of_labels_wins_over_folders_and_may_give_splits() -> None:
    table = b"file,label,split\na/1.jpg,cat,train\na/2.jpg,,\na/3.jpg,dog,test\na/4.jpg,dog,val\n"
    data = make_zip({f"a/{number}.jpg": PHOTO for number in range(1, 6)} | {"labels.csv": table})
    assert list(placed(data).values()) == [
        ("cat", "train"),
        (None, None),
        ("dog", "test"),
        ("dog", "validation"),
        ("a", None),  # not in the list: its folder counts
    ]


def test_a_csv_that_lists_no_labels_is_passed_over() -> None:
    members = {
        "b/1.jpg": PHOTO,
        "a.csv": b"id,cat,dog\n1,0.5,0.5\n",
        "b.csv": b"id,breed\n1,pug\n",
        "c.csv": b"",
    }
    assert placed(make_zip(members)) == {"b/1.jpg": ("pug", None)}


def test_clutter_of_operating_systems_is_passed_over() -> None:
    clutter = ["__MACOSX/cat/._1.jpg", "cat/Thumbs.db", "cat/.DS_Store", ".git/config", "cat/desktop.ini"]
    data = make_zip({"cat/": b"", "cat/1.jpg": PHOTO} | dict.fromkeys(clutter, b"x"))
    assert list(placed(data)) == ["cat/1.jpg"]


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


def test_a_zip_in_a_zip_is_refused_as_a_file(take: Take) -> None:
    results = take(*read(hostile.nested()))
    assert [(result.filename, result.outcome) for result in results] == [
        ("inner.zip", "refused"),
        ("circle/x.jpg", "stored"),
    ]


def test_ten_thousand_members_are_read_if_the_limits_allow() -> None:
    data = make_zip({f"cat/{number}.jpg": b"x" for number in range(10_000)})
    assert len(read(data, limits=ArchiveLimits())) == 10_000


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
