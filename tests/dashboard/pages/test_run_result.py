import pytest

from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.outcome import outcome
from lenswright.dashboard.pages import run_result
from tests.dashboard.fake_api import FakeApi
from tests.dashboard.fake_results import leaderboard, trials

TUNED = {"run_id": 7, "state": "completed", "result": trials(5)}
ASKED = [{"preset": "fast"}, {"preset": "best"}, {"backbone": "vgg16"}, {"preset": "scratch"}]
COMPARED = {
    "run_id": 8,
    "state": "completed",
    "result": leaderboard(ASKED, ["v1", "v2", None, "v4"], top5=False),
}


def test_the_trials_are_listed_best_first_and_lead_to_a_run_with_the_best(
    fake: FakeApi, api: ApiClient
) -> None:
    table, follow, _ = run_result.show(TUNED, None, None)
    assert str(table).index("Td(children='1'") < str(table).index("Td(children='5'")
    assert follow == "follow"
    assert run_result.train_best(api, 1, TUNED) == {"started": 4}
    assert fake.runs.all[-1]["wishes"] == TUNED["result"]["best"]


def test_a_leaderboard_links_to_reports_and_names_errors_and_chance() -> None:
    table, follow, _ = run_result.show(COMPARED, None, None)
    shown = str(table)
    assert follow == "follow hidden"
    assert all(f"/models?version={version}" in shown for version in ("v1", "v2", "v4"))
    assert "Received: no file, and downloads are switched off." in shown
    assert "Top 5" not in shown
    assert shown.count("within chance of the best") == 1  # the second; the first is the best itself


def test_top5_is_a_column_where_it_was_measured() -> None:
    result = leaderboard(ASKED[:1], ["v1"], top5=True)
    assert [column.title for column in run_result.columns_of(result)][2:4] == ["Accuracy", "Top 5"]


def test_a_board_of_failures_only_is_still_a_board() -> None:
    result = leaderboard([{"backbone": "vgg16"}], [None], top5=False)
    assert "no file" in str(run_result.listing(result, None))
    words = outcome({"state": "completed", "result": result})[1]
    assert words == "1 configuration tried, none of them could be trained."


def test_the_table_is_drawn_once_and_again_when_sorted() -> None:
    *_, drawn = run_result.show(TUNED, None, None)
    assert run_result.show(TUNED, None, drawn) == (run_result.no_update,) * 3
    assert run_result.show(TUNED, {"by": "dropout", "falling": False}, drawn)[2] != drawn


@pytest.mark.parametrize(
    ("run", "kind", "words"),
    [
        ({**TUNED, "error": None}, "good", "5 settings tried; the best reaches 9"),
        (COMPARED, "good", "4 configurations compared; best leads with 98.8\u202f% on the test photos."),
        (
            {"state": "completed", "result": {"files": [{"name": "model.tflite"}]}},
            "good",
            "Written: model.tflite.",
        ),
        ({"state": "stopped", "result": {}}, "calm", "Stopped before"),
        ({"state": "failed", "error": "out of memory"}, "bad", "out of memory"),
    ],
)
def test_what_came_of_a_run_is_one_sentence(run: dict, kind: str, words: str) -> None:
    assert outcome(run)[0] == kind
    assert outcome(run)[1].startswith(words)
