import json
from collections.abc import Callable
from pathlib import Path

import pytest

from lenswright.cli import photo_commands
from tests.cli.conftest import Called
from tests.cli.data_api import DataApi

Ask = Callable[..., Called]
PHOTO = {"id": 3, "label": "cat", "split": "train", "width": 40, "height": 30, "source": "upload", "batch": 1}
PHOTO |= {"group": 3, "problems": ["dark", "tiny"], "filename": "a.jpg"}
CHANGED = {"edit": 9, "changed": 2}


def uploaded(stored: int, refused: int = 0) -> dict[str, object]:
    results = [{"filename": f"{n}.jpg", "outcome": "refused", "reason": "Damaged."} for n in range(refused)]
    counts = {"stored": stored, "duplicates": 0, "refused": refused}
    return {"task": "pets", "batch": 5, "results": results, **counts}


def test_files_are_sent_with_what_is_said_of_them(ask: Ask, api: DataApi, tmp_path: Path) -> None:
    api.answers["/upload-data"] = uploaded(2, refused=1)
    files = [tmp_path / "a.jpg", tmp_path / 'b "x".jpg']
    for file in files:
        file.write_bytes(file.name.encode())
    called = ask("upload", *map(str, files), "--label", "cät", "--task", "pets", "--source", "phone")
    assert called.status == 0
    assert called.out.splitlines() == [
        "pets: stored 2, refused 1.",
        "  0.jpg: Damaged.",
        "Batch 5. Undo it: lenswright undo 5",
    ]
    assert api.asked[0].body == {"label": "cät", "task": "pets", "source": "phone"}
    assert [(name, data) for name, _, data in api.asked[0].files] == [
        ("files[]", b"a.jpg"),
        ("files[]", b'b "x".jpg'),
    ]


def test_a_file_that_is_none_is_named_and_the_others_are_sent(ask: Ask, api: DataApi, tmp_path: Path) -> None:
    api.answers["/upload-data"] = uploaded(1)
    (tmp_path / "a.jpg").write_bytes(b"x")
    called = ask("upload", str(tmp_path / "a.jpg"), str(tmp_path / "none.jpg"), str(tmp_path))
    assert (called.status, called.out.startswith("pets: stored 1.")) == (1, True)
    assert called.err.splitlines() == [
        f"{tmp_path / 'none.jpg'}: Expected a file",
        f"{tmp_path}: Expected a file; try: lenswright import {tmp_path}",
    ]


def test_many_files_are_sent_in_parts(
    ask: Ask, api: DataApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo_commands, "MOST_FILES", 2)
    monkeypatch.setattr(photo_commands, "MOST_BYTES", 10)
    api.answers["/upload-data"] = uploaded(1)
    for name, size in (("a", 1), ("b", 1), ("c", 1), ("d", 30), ("e", 9)):
        (tmp_path / name).write_bytes(bytes(size))
    called = ask("upload", "--json", *(str(tmp_path / name) for name in "abcde"))
    assert [[name for _, name, _ in asked.files] for asked in api.asked] == [["a", "b"], ["c"], ["d"], ["e"]]
    assert len(json.loads(called.out)) == 4


def test_photos_are_listed_by_what_is_asked(ask: Ask, api: DataApi) -> None:
    api.answers["/dataset/images"] = {"page": 2, "page_size": 1, "total": 3, "photos": [PHOTO]}
    called = ask(
        "photos",
        "--label",
        "cat",
        "--problem",
        "dark",
        "--bin",
        "--batch",
        "1",
        "--page",
        "2",
        "--limit",
        "1",
    )
    head, row, where = called.out.splitlines()
    assert head.split() == ["id", "label", "split", "pixels", "source", "batch", "group", "problems", "file"]
    assert row.split() == ["3", "cat", "train", "40x30", "upload", "1", "3", "dark", "tiny", "a.jpg"]
    assert where == "Page 2 of 3, 3 photos. Next: --page 3"
    assert api.asked[0].query == {
        **{"label": "cat", "problem": "dark", "bin": "true", "batch": "1"},
        **{"page": "2", "page_size": "1"},
    }


def test_an_empty_list_is_said(ask: Ask, api: DataApi) -> None:
    api.answers["/dataset/images"] = {"page": 1, "page_size": 20, "total": 0, "photos": []}
    assert ask("photos", "--unlabelled", "--task", "pets").out == "There are no photos.\n"
    assert api.asked[0].query == {"task": "pets", "unlabelled": "true", "page": "1", "page_size": "20"}
    api.answers["/dataset/images"] = {"page": 9, "page_size": 20, "total": 5, "photos": []}
    assert ask("photos", "--page", "9").out == "Page 9 is beyond the last.\n"


def test_photos_get_a_label(ask: Ask, api: DataApi) -> None:
    api.answers["/dataset/images/label"] = CHANGED
    called = ask("label", "dog", "1", "2", "--expected", "cat", "--task", "pets")
    assert called == Called(0, "2 photos changed. Undo it: lenswright undo 9\n", "")
    assert api.asked[0].body == {"task": "pets", "photos": [1, 2], "label": "dog", "expected": "cat"}


def test_an_empty_label_takes_it_away(ask: Ask, api: DataApi) -> None:
    api.answers["/dataset/images/label"] = {"edit": None, "changed": 0}
    called = ask("label", "", "1")
    assert called == Called(1, "0 photos changed: they have that label already.\n", "")
    assert api.asked[0].body == {"photos": [1], "label": None}


def test_a_new_label_must_be_meant(ask: Ask, api: DataApi) -> None:
    api.answers["/dataset/images/label"] = CHANGED
    ask("label", "ox", "1", "--allow-new-label")
    assert api.asked[0].body == {"photos": [1], "label": "ox", "allow_new_label": True}


def test_an_upload_that_changed_nothing_has_nothing_to_undo(ask: Ask, api: DataApi, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"photo")
    api.answers["/upload-data"] = {"task": "pets", "batch": 3, "stored": 0, "duplicates": 1, "refused": 0}
    lines = ask("upload", str(tmp_path / "a.jpg")).out.splitlines()
    assert lines[-1] == "Batch 3 changed nothing. File by file: lenswright batches 3"


@pytest.mark.parametrize("command", ["delete", "restore", "confirm"])
def test_photos_are_binned_brought_back_and_confirmed(ask: Ask, api: DataApi, command: str) -> None:
    api.answers[f"/dataset/images/{command}"] = CHANGED
    assert ask(command, "1", "2").status == 0
    assert (api.asked[0].method, api.asked[0].body) == ("POST", {"photos": [1, 2]})
    assert json.loads(ask(command, "1", "--json").out) == CHANGED


def test_forgetting_must_be_meant(ask: Ask, api: DataApi) -> None:
    called = ask("forget", "1", "2")
    assert called == Called(1, "", "Forgetting 2 photos cannot be undone; add --yes to do it.\n")
    assert api.asked == []
    api.answers["/dataset/images/forget"] = {"edit": 4, "changed": 1, "models": ["v1", "v2"]}
    assert ask("forget", "1", "--yes").out == "1 photo forgotten. These models saw them: v1, v2.\n"


def test_for_whom_bytes_stay_is_said_unless_they_are_forgotten_everywhere(ask: Ask, api: DataApi) -> None:
    kept = [{"task": "zoo", "photo_id": number} for number in range(7, 13)]
    api.answers["/dataset/images/forget"] = {"edit": 4, "changed": 1, "models": [], "kept_for": kept}
    said = ask("forget", "1", "--yes").out
    assert "same pictures: 7 (zoo), 8 (zoo), 9 (zoo), 10 (zoo), 11 (zoo) and 1 more; --everywhere" in said
    api.answers["/dataset/images/forget"] = {"edit": 4, "changed": 7, "models": [], "kept_for": []}
    assert ask("forget", "1", "--yes", "--everywhere").out == "7 photos forgotten.\n"
    assert api.asked[-1].body == {"photos": [1], "everywhere": True}


def test_a_refusal_of_the_api_is_said(ask: Ask) -> None:
    assert ask("delete", "1") == Called(1, "", "There is no dataset/images/delete.\n")


@pytest.mark.parametrize("number", ["0", "-1", "x", "²", "9" * 30])
def test_what_is_no_number_of_a_photo_is_not_understood(
    ask: Ask, capsys: pytest.CaptureFixture[str], number: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        ask("delete", "--", number)
    assert ended.value.code == 2
    assert "Expected a whole number" in capsys.readouterr().err
