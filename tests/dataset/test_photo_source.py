from pathlib import Path

import pytest

from lenswright.dataset.photo_source import open_source
from lenswright.dataset.zip_safety import ArchiveLimits
from lenswright.errors import ArchiveRefused, ImageTooLarge, InputRefused, UnreadableImage
from tests.builders import make_zip

LIMITS = ArchiveLimits(max_member_bytes=10)


def test_a_folder_gives_its_files_one_at_a_time(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "1.jpg").write_bytes(b"photo")
    source = open_source(tmp_path, LIMITS)
    assert (source.names, source.read("cat/1.jpg"), source.notes) == (("cat/1.jpg",), b"photo", [])


def test_a_zip_gives_its_members_and_lets_go(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(
        make_zip({"cat/1.jpg": b"photo", "cat/l.csv": b"x", "__MACOSX/1.jpg": b"x"})
    )
    source = open_source(tmp_path / "a.zip", LIMITS)
    assert (source.names, source.lists, source.read("cat/1.jpg")) == (
        ("cat/1.jpg",),
        ("cat/l.csv",),
        b"photo",
    )
    source.close()


def test_a_csv_stands_for_the_folder_it_lies_in(tmp_path: Path) -> None:
    for name in ("1.jpg", "this.csv", "other.csv"):
        (tmp_path / name).write_bytes(b"x")
    source = open_source(tmp_path / "this.csv", LIMITS)
    assert (source.names, source.lists) == (("1.jpg",), ("this.csv",))


def test_a_file_that_is_too_large_is_refused_and_not_held(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"0123456789ab")
    with pytest.raises(ImageTooLarge, match=r"at most 10 bytes\. Received: 12"):
        open_source(tmp_path, LIMITS).read("film.mp4")


def test_a_file_that_is_gone_meanwhile_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(b"x")
    source = open_source(tmp_path, LIMITS)
    (tmp_path / "1.jpg").unlink()
    with pytest.raises(UnreadableImage, match="No such file"):
        source.read("1.jpg")


def test_links_are_spoken_of(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").symlink_to("/nowhere")
    assert open_source(tmp_path, LIMITS).notes == ["Links are not followed; passed by: 1."]


@pytest.mark.parametrize(
    ("name", "received"), [("nowhere", "nothing is there"), ("a.txt", "a file of another kind")]
)
def test_what_is_neither_folder_nor_zip_nor_list_is_refused(tmp_path: Path, name: str, received: str) -> None:
    (tmp_path / "a.txt").write_text("words")
    with pytest.raises(InputRefused, match=f"Expected a folder, a zip or a CSV at .*Received: {received}"):
        open_source(tmp_path / name, LIMITS)


def test_a_damaged_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(make_zip({"1.jpg": b"x"})[:-10])
    with pytest.raises(ArchiveRefused, match="cut off or damaged"):
        open_source(tmp_path / "a.zip", LIMITS)
