"""Files and zips in, photos with their labels and splits out; hostile zips refused, each by name."""

import io
from collections import Counter

import pytest

from lenswright.dataset.importers import ArchiveLimits, read_uploads
from lenswright.dataset.upload import Upload
from lenswright.errors import ImageTooLarge
from tests.builders import make_class_zip, make_photo, make_zip

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
