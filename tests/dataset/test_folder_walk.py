import os
import subprocess
from pathlib import Path

import pytest

from lenswright.dataset.folder_walk import walk


def make(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")


def test_files_come_folder_by_folder_in_order_and_lists_apart(tmp_path: Path) -> None:
    make(tmp_path, "b/2.jpg", "b/10.jpg", "a/x/1.jpg", "a/1.jpg", "z.jpg", "labels.csv", "a/More.CSV")
    found = walk(tmp_path)
    assert found.files == ("z.jpg", "a/1.jpg", "a/x/1.jpg", "b/10.jpg", "b/2.jpg")
    assert found.lists == ("labels.csv", "a/More.CSV")


def test_clutter_is_not_even_counted(tmp_path: Path) -> None:
    make(
        tmp_path, ".DS_Store", "cat/Thumbs.db", "cat/._1.jpg", "__MACOSX/cat/1.jpg", ".git/a.jpg", "cat/1.jpg"
    )
    found = walk(tmp_path)
    assert (found.files, found.links, found.special, found.closed) == (("cat/1.jpg",), 0, 0, ())


def test_links_are_counted_and_not_followed(tmp_path: Path) -> None:
    make(tmp_path, "in/cat/1.jpg", "outside/secret.jpg")
    (tmp_path / "in" / "round").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "cat" / "2.jpg").symlink_to(tmp_path / "outside" / "secret.jpg")
    (tmp_path / "in" / "broken.jpg").symlink_to(tmp_path / "nowhere")
    found = walk(tmp_path / "in")
    assert (found.files, found.links) == (("cat/1.jpg",), 3)


def test_a_pipe_is_passed_by(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert (walk(tmp_path).files, walk(tmp_path).special) == ((), 1)


def test_a_name_that_is_no_utf_8_is_found(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.jpg")
    make(tmp_path, name)
    assert walk(tmp_path).files == (name,)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_is_closed_is_named(tmp_path: Path) -> None:
    make(tmp_path, "open/1.jpg", "shut/2.jpg")
    (tmp_path / "shut").chmod(0)
    found = walk(tmp_path)
    (tmp_path / "shut").chmod(0o700)
    assert (found.files, found.closed) == (("open/1.jpg",), ("shut: Permission denied",))


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    assert walk(tmp_path / "gone").closed == (f"{tmp_path / 'gone'}: No such file or directory",)


def test_folders_may_be_deeper_than_a_function_may_call_itself(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1_200):  # by descriptors: the whole path is longer than a call may name
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    found = walk(tmp_path)
    subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)  # pytest's own cleaning calls itself
    assert found.files == ()
