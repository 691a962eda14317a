from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Called
from tests.cli.data_api import DataApi

Ask = Callable[..., Called]
ITEM = {"id": "s4", "kind": "label_error", "photo": {"id": 3, "filename": "a.jpg"}, "predicted_class": None}
ITEM |= {"confidence": None, "given": "cat", "suggested": "dog", "score": 0.9}
NOTED = {"review": 5, "photo_id": 3, "kept": True, "right": False, "waits": True, "hint": None}


def test_what_waits_is_listed(ask: Ask, api: DataApi) -> None:
    api.answers["/review"] = {"page": 1, "page_size": 20, "total": 1, "items": [ITEM]}
    row = ask("review", "--kind", "label_error").out.splitlines()[1]
    assert row.split() == ["s4", "label_error", "3", "-", "-", "cat", "dog", "a.jpg"]
    assert api.asked[0].query == {"kind": "label_error", "page": "1", "page_size": "20"}


@pytest.mark.parametrize(
    ("words", "body", "told"),
    [
        (["accept", "s4", "dog"], {"label": "dog"}, "s4 has the label 'dog' now."),
        (
            ["accept", "s4", "ox", "--allow-new-label"],
            {"label": "ox", "allow_new_label": True},
            "s4 has the label 'ox' now.",
        ),
        (["drop", "s4"], {"drop": True}, "s4 is in the bin."),
        (["confirm", "s4", "--task", "pets"], {"confirm": True}, "s4 keeps its label, as right."),
    ],
)
def test_an_item_is_decided(
    ask: Ask, api: DataApi, words: list[str], body: dict[str, object], told: str
) -> None:
    api.answers["/review/s4"] = {"id": "s4", "photo_id": 3, "decision": "accepted", "edit": 8}
    assert ask("review", *words).out == f"{told} Undo it: lenswright undo 8\n"
    assert api.asked[0].body == body


@pytest.mark.parametrize("words", [["drop"], ["confirm", "s4", "cat"], ["accept"]])
def test_half_a_decision_is_none(ask: Ask, api: DataApi, words: list[str]) -> None:
    called = ask("review", *words)
    assert (called.status, called.err.startswith(f"Expected: lenswright review {words[0]} ITEM")) == (1, True)
    assert api.asked == []


QUEUE = {"page": 1, "page_size": 500, "total": 1, "items": [ITEM]}


def test_an_item_is_accepted_with_the_label_that_is_suggested(ask: Ask, api: DataApi) -> None:
    api.answers |= {"/review": QUEUE, "/review/s4": {"edit": 8}}
    called = ask("review", "accept", "s4", "--task", "pets")
    assert called.out == "s4 has the label 'dog' now. Undo it: lenswright undo 8\n"
    assert api.asked[0].query == {"task": "pets", "page": "1", "page_size": "500"}
    assert api.asked[1].body == {"label": "dog"}
    api.answers["/review"] = QUEUE | {"items": [ITEM | {"suggested": None}]}
    called = ask("review", "accept", "s4")
    assert called.err.endswith("s4. Expected: lenswright review accept s4 LABEL\n")


def test_one_item_is_shown(ask: Ask, api: DataApi) -> None:
    api.look = lambda path: (
        QUEUE | {"total": 501, "items": [ITEM] if len(api.asked) == 2 else [ITEM | {"id": "s1"}]}
    )
    assert ask("review", "s4").out.splitlines()[1].split()[0] == "s4"
    assert [asked.query["page"] for asked in api.asked] == ["1", "2"]


def test_an_item_that_is_not_there_is_said(ask: Ask, api: DataApi) -> None:
    api.answers["/review"] = QUEUE
    called = ask("review", "s9")
    assert called.status == 1
    assert called.err.startswith("There is no item 's9' in the queue of the default task.")
    called = ask("review", "keep", "s4")
    assert called.err == "Expected one of accept, drop, confirm. Received: 'keep'.\n"


def test_an_item_cannot_name_another_path(ask: Ask, api: DataApi) -> None:
    assert ask("review", "drop", "../dataset/fuse?x").status == 1
    assert api.asked[0].path == "/review/../dataset/fuse?x"


def test_a_correction_is_noted(ask: Ask, api: DataApi) -> None:
    api.answers["/feedback"] = NOTED
    called = ask("feedback", "abc", "dog", "--task", "pets")
    assert (
        called.out
        == "Noted as review 5. The prediction was wrong. It waits for a decision: lenswright review\n"
    )
    assert api.asked[0].body == {"request_id": "abc", "label": "dog", "task": "pets"}


def test_a_correction_may_bring_its_photo(ask: Ask, api: DataApi, tmp_path: Path) -> None:
    api.answers["/feedback"] = NOTED | {"right": None, "waits": False, "hint": "Send the photo."}
    (tmp_path / "a.jpg").write_bytes(b"photo")
    called = ask("feedback", "abc", "ox", "--photo", str(tmp_path / "a.jpg"), "--allow-new-label")
    assert called.out == "Noted as review 5. Send the photo.\n"
    assert api.asked[0].body == {"request_id": "abc", "label": "ox", "allow_new_label": "true"}
    assert api.asked[0].files == [("image", "a.jpg", b"photo")]


def test_a_photo_that_is_not_there_is_said(ask: Ask, api: DataApi, tmp_path: Path) -> None:
    called = ask("feedback", "abc", "ox", "--photo", str(tmp_path / "none.jpg"))
    assert (called.status, called.err) == (
        1,
        f"{tmp_path / 'none.jpg'} cannot be read: No such file or directory.\n",
    )
