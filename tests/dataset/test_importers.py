"""Files and zips in, photos with their labels and splits out; hostile zips refused, each by name."""

import io
from collections import Counter

import pytest

from lenswright.dataset.importers import MOST_MISSING, ArchiveLimits, SentFile, read_all, read_uploads
from lenswright.dataset.upload import Upload
from lenswright.errors import ArchiveRefused, ImageTooLarge
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
        "image|label\n1.jpg|cat\n2.jpg|dog\n",
        "id,breed\n1,cat\n2,dog\n1,Cat \n",  # twice, but the same
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
    ("written", "label"),
    [("schäferhund".encode("utf-16"), "schäferhund"), ("schäferhund".encode("cp1252"), "schäferhund")],
)
def test_a_list_of_labels_may_be_written_as_windows_does(written: bytes, label: str) -> None:
    header, end = ("file,label\n1.jpg,".encode(code) for code in ("utf-16", "utf-8"))
    table = header + written[2:] if written.startswith(b"\xff\xfe") else end + written
    assert list(placed(make_zip({"1.jpg": PHOTO, "labels.csv": table})).values()) == [(label, None)]


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (["cat.0.jpg", "dog.1.jpg", "dog.22.JPG"], ["cat", "dog", "dog"]),
        (["train/cat.0.jpg", "train/dog.0.jpg"], ["cat", "dog"]),
        (["a/train/cat.0.jpg", "a/train/dog.0.jpg"], ["cat", "dog"]),
        (["photos/cat.0.jpg", "photos/dog.1.jpg"], ["cat", "dog"]),
        (["big cat.0.jpg", "猫.1.jpg", "x.jpg"], ["big cat", "猫", None]),
        (["cat.0.jpg", "cat.1.jpg"], [None, None]),  # one word may be a camera's
        (["IMG_1.jpg", "DSC_2.jpg"], [None, None]),
        (["1.2.jpg", "3.4.jpg"], [None, None]),
        (["cat.0.jpg", "dog.1.jpg", "a.jpg", "b.jpg", "c.jpg"], [None] * 5),
        (["cat/tom.0.jpg", "dog/rex.1.jpg"], ["cat", "dog"]),  # folders say it
        ([f"cat/{number}-a.1.jpg" for number in range(4)], ["cat"] * 4),  # numbered within one class
    ],
)
def test_the_names_of_files_may_say_the_labels(names: list[str], labels: list[str | None]) -> None:
    assert [label for label, _ in placed(make_zip(dict.fromkeys(names, PHOTO))).values()] == labels


def test_flat_names_in_split_folders_have_that_split() -> None:
    names = [f"{split}/{kind}.1.jpg" for split in ("train", "val", "test") for kind in ("cat", "dog")]
    found = placed(make_zip(dict.fromkeys(names, PHOTO)))
    assert found["val/cat.1.jpg"] == ("cat", "validation")
    assert found["test/dog.1.jpg"] == ("dog", "test")


def test_a_list_wins_over_flat_names() -> None:
    members = {"cat.1.jpg": PHOTO, "dog.2.jpg": PHOTO, "labels.csv": b"id,label\ncat.1,tiger\ndog.2,wolf\n"}
    assert [label for label, _ in placed(make_zip(members)).values()] == ["tiger", "wolf"]


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (b"file,label\n1.jpg,cat\n1.jpg,dog\n", "Received '1.jpg' as 'cat' and as 'dog'"),
        (b"file,label,split\n1.jpg,cat,test\n1.jpg,cat,train\n", "'1.jpg' as 'test' and as 'train'"),
        (b"file,label\n1.jpg,cat\n1.jpg,\n", "'1.jpg' as 'cat' and as None"),
        (
            b"a,b\n1.jpg,cat\n",
            "column of files .* one of labels .* 'labels.csv'. Received the columns: 'a', 'b'",
        ),
        (b"", "Received the columns: none"),
        (b"file\n1.jpg\n", "Received the columns: 'file'"),
    ],
)
def test_a_list_of_labels_that_cannot_be_right_is_refused(table: bytes, reason: str) -> None:
    with pytest.raises(ArchiveRefused, match=reason):
        read(make_zip({"1.jpg": PHOTO, "labels.csv": table}))


def test_contradictions_of_one_list_are_all_told_up_to_ten() -> None:
    rows = "".join(f"{n}.jpg,cat\n{n}.jpg,dog\n" for n in range(12))
    with pytest.raises(ArchiveRefused) as caught:
        read(make_zip({"1.jpg": PHOTO, "labels.csv": f"file,label\n{rows}".encode()}))
    said = str(caught.value)
    assert said.count("as 'cat' and as 'dog'") == 10
    assert "'9.jpg' as" in said
    assert said.endswith("; and 2 more (12 contradictions in all).")


def test_a_row_that_names_no_file_is_told_as_such() -> None:
    table = b'file,label\n1.jpg,cat\n,dog\n,,\n"  ",pug\n'
    _, nameless = read(make_zip({"1.jpg": PHOTO, "labels.csv": table}))
    assert nameless.filename == "labels.csv"
    assert str(nameless.refusal) == "Line 3, and 1 more lines like it: the name of the file is empty."


def test_a_photo_says_why_its_list_gives_it_no_label() -> None:
    table = b"file,label\n1.jpg,cat\n2.jpg,\n"
    members = {"1.jpg": PHOTO, "2.jpg": PHOTO, "3.jpg": PHOTO, "dog/4.jpg": PHOTO, "labels.csv": table}
    assert [(upload.label, upload.lack) for upload in read(make_zip(members))] == [
        ("cat", None),
        (None, "empty_in_list"),
        (None, "not_in_list"),
        ("dog", None),
    ]
    assert {upload.lack for upload in read(make_zip(members), "ox")} == {None}
    assert read(make_zip({"3.jpg": PHOTO}))[0].lack is None


def test_a_list_may_say_where_photos_come_from() -> None:
    table = f"file,label,source\n1.jpg,cat, old  disk \n2.jpg,cat,\n3.jpg,cat,{'x' * 101}\n".encode()
    files = {"labels.csv": table} | {f"{n}.jpg": PHOTO for n in (1, 2, 3)}
    assert [upload.source for upload in sent(**files)] == ["old disk", None, None]
    assert [upload.source for upload in read(make_zip(files))] == ["old disk", None, None]
    together = [SentFile(name, io.BytesIO(data)) for name, data in files.items()]
    named = read_all(together, source="phone", archive_limits=LIMITS)
    assert {upload.source for upload in named} == {"phone"}


def test_files_that_a_list_names_in_vain_are_told_one_by_one_up_to_a_limit() -> None:
    lines = [f"{number}.jpg,cat" for number in range(MOST_MISSING + 30)]
    table = "\n".join(["file,label", *lines]).encode()
    photo, *missing = read(make_zip({"7.jpg": PHOTO, "set/labels.csv": table}))
    assert (photo.label, photo.refusal) == ("cat", None)
    assert {getattr(upload.refusal, "code", None) for upload in missing} == {"missing_file"}
    assert [upload.filename for upload in missing[:8]] == [f"{n}.jpg" for n in (0, 1, 2, 3, 4, 5, 6, 8)]
    assert len(missing) == MOST_MISSING + 1
    assert "names 29 more files" in str(missing[-1].refusal)


def test_a_list_that_is_about_something_else_misses_nothing() -> None:
    members = {"cat/1.jpg": PHOTO, "sample_submission.csv": b"id,label\n99,cat\n"}
    assert [upload.label for upload in read(make_zip(members))] == ["cat"]


def sent(**files: bytes) -> list[Upload]:
    together = [SentFile(name, io.BytesIO(data)) for name, data in files.items()]
    return list(read_all(together, archive_limits=LIMITS))


LIST = b"id,breed,split\n1,pug,test\n2,boxer,train\n"


def test_a_list_beside_photos_says_what_they_are() -> None:
    first, second = sent(**{"1.jpg": PHOTO, "labels.csv": LIST, "2.jpg": PHOTO})
    assert (first.label, first.split, second.label, second.split) == ("pug", "test", "boxer", "train")


def test_a_list_beside_a_zip_says_what_its_photos_are_unless_it_has_its_own() -> None:
    plain = make_zip({"a/1.jpg": PHOTO})
    own = make_zip({"2.jpg": PHOTO, "list.csv": b"file,label\n2.jpg,poodle\n"})
    uploads = sent(**{"train.csv": LIST, "a.zip": plain, "b.zip": own})
    assert [(upload.filename, upload.label) for upload in uploads[:2]] == [
        ("a/1.jpg", "pug"),
        ("2.jpg", "poodle"),
    ]
    assert [(upload.filename, getattr(upload.refusal, "code", "")) for upload in uploads[2:]] == [
        ("2", "missing_file")
    ]


def test_photos_that_the_list_beside_them_does_not_name_have_no_label() -> None:
    photo, *missing = sent(**{"3.jpg": PHOTO, "labels.csv": LIST})
    assert (photo.label, len(missing)) == (None, 2)


def test_a_list_alone_and_a_second_list_are_refused() -> None:
    (alone,) = sent(**{"labels.csv": LIST})
    assert isinstance(alone.refusal, ArchiveRefused)
    second, photo, _ = sent(**{"labels.csv": LIST, "more.csv": LIST, "1.jpg": PHOTO})
    assert (second.filename, photo.label) == ("more.csv", "pug")
    assert isinstance(second.refusal, ArchiveRefused)


def test_a_csv_beside_photos_that_is_no_list_keeps_all_out() -> None:
    with pytest.raises(ArchiveRefused, match="Received the columns: 'x'"):
        sent(**{"1.jpg": PHOTO, "some.csv": b"x\n1\n"})
    with pytest.raises(ArchiveRefused, match="at most 25000000 bytes"):
        sent(**{"1.jpg": PHOTO, "some.csv": bytes(25_000_001)})


def test_a_zip_that_is_refused_does_not_keep_the_others_out() -> None:
    bad, good = sent(**{"bad.zip": b"PK\x03\x04", "1.jpg": PHOTO})
    assert isinstance(bad.refusal, ArchiveRefused)
    assert (bad.filename, good.refusal) == ("bad.zip", None)
