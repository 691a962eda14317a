import json
from collections.abc import Callable

from tests.cli.conftest import Called
from tests.cli.data_api import DataApi

Ask = Callable[..., Called]
EDIT = {"id": 7, "action": "upload", "by": "api, 127.0.0.1", "at": "2026-11-21T16:30:05Z", "source": "upload"}
EDIT |= {
    "ended_at": "2026-11-21T16:31:05Z",
    "undoes": None,
    "undone_by": None,
    "counts": {"refused": 1, "stored": 9},
}
ENTRY = {
    "photo_id": 3,
    "filename": "a.jpg",
    "outcome": "relabelled",
    "label_before": "cat",
    "label_after": "dog",
}
ENTRY |= {"split_before": "train", "split_after": "train", "code": None, "reason": None}
PAGED = {"page": 1, "page_size": 20, "total": 1}


def test_uploads_are_listed_with_what_became_of_their_files(ask: Ask, api: DataApi) -> None:
    api.answers["/dataset/batches"] = PAGED | {"batches": [EDIT]}
    _, row, where = ask("batches", "--task", "pets").out.splitlines()
    assert row.endswith("stored 9, refused 1")
    assert "2026-11-21 16:30" in row
    assert where == "Page 1 of 1, 1 batches."
    assert api.asked[0].query == {"task": "pets", "page": "1", "page_size": "20"}


def test_one_upload_is_reported_file_by_file(ask: Ask, api: DataApi) -> None:
    refused = ENTRY | {"photo_id": None, "outcome": "refused", "label_before": None, "reason": "Damaged."}
    api.answers["/dataset/batches/7"] = EDIT | PAGED | {"entries": [refused]}
    lines = ask("batches", "7", "--outcome", "refused").out.splitlines()
    assert lines[4].split() == ["-", "refused", "dog", "train", "a.jpg", "Damaged."]
    assert api.asked[0].query["outcome"] == "refused"


def test_edits_say_what_was_before_and_after(ask: Ask, api: DataApi) -> None:
    api.answers["/dataset/edits/7"] = EDIT | PAGED | {"entries": [ENTRY], "action": "relabel"}
    assert "cat -> dog  train" in ask("edits", "7").out
    api.answers["/dataset/edits"] = PAGED | {"edits": [EDIT | {"undone_by": 8}, EDIT | {"undoes": 7}]}
    called = ask("edits", "--photo", "3")
    assert "undone by 8" in called.out
    assert "undoes 7" in called.out
    assert api.asked[-1].query["photo"] == "3"


def test_an_import_that_goes_on_is_not_ended(ask: Ask, api: DataApi) -> None:
    api.answers["/dataset/batches"] = PAGED | {"batches": [EDIT | {"ended_at": None, "counts": {}}]}
    assert ask("batches").out.splitlines()[1].endswith("not ended  nothing")


def test_an_undo_names_what_it_leaves_alone(ask: Ask, api: DataApi) -> None:
    skipped = [{"photo_id": n, "reason": "It has another label by now."} for n in range(12)]
    api.answers["/dataset/edits/7/undo"] = {"edit": 8, "changed": 9, "skipped": skipped, "skipped_count": 40}
    lines = ask("undo", "7").out.splitlines()
    assert lines[0] == "9 changed. Undo it: lenswright undo 8"
    assert lines[1] == "  photo 0 stays as it is: It has another label by now."
    assert (len(lines), lines[-1]) == (12, "  and 30 more")
    assert json.loads(ask("undo", "7", "--json").out)["changed"] == 9


def test_an_undo_says_what_it_undid_and_where(ask: Ask, api: DataApi) -> None:
    done = {"edit": 8, "changed": 9, "skipped": [], "skipped_count": 0}
    api.answers["/dataset/edits/7/undo"] = done | {"task": "pets", "undid": {"id": 7, "action": "upload"}}
    assert ask("undo", "7").out == (
        "9 changed by undoing upload 7 in the task pets. Undo it: lenswright undo 8\n"
    )


def test_an_undo_that_changes_nothing_failed(ask: Ask, api: DataApi) -> None:
    skipped = [{"photo_id": 3, "reason": "It has another label by now."}]
    api.answers["/dataset/edits/7/undo"] = {
        "edit": None,
        "changed": 0,
        "skipped": skipped,
        "skipped_count": 1,
    }
    called = ask("undo", "7")
    assert called.status == 1
    assert called.out == "0 changed.\n  photo 3 stays as it is: It has another label by now.\n"
