from collections.abc import Callable

from tests.cli.conftest import Called
from tests.cli.data_api import DataApi

Ask = Callable[..., Called]


def test_photos_that_a_new_model_answers_otherwise_are_named_up_to_five(ask: Ask, api: DataApi) -> None:
    changes = {"fixed": list(range(10, 40)), "newly_wrong": [3], "compared_with": "v1"}
    changes |= {"fixed_total": 1_200, "newly_wrong_total": 1}
    run = {"run_id": 7, "kind": "train", "state": "completed", "result": {"changes": changes}}
    api.answers["/training-status"] = run
    called = ask("runs", "7")
    assert called.out.splitlines()[1:] == [
        "Against v1: 1,200 now right, 1 newly wrong.",
        "  now right: photo 10, 11, 12, 13, 14 and 1,195 more",
        "  newly wrong: photo 3",
    ]


def test_a_model_that_changes_nothing_names_no_photo(ask: Ask, api: DataApi) -> None:
    changes = {"fixed": [], "newly_wrong": [], "compared_with": "v1"}
    run = {"run_id": 7, "kind": "train", "state": "completed", "result": {"changes": changes}}
    api.answers["/training-status"] = run
    assert ask("runs", "7").out.splitlines()[1:] == ["Against v1: 0 now right, 0 newly wrong."]
