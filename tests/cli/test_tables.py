import pytest

from lenswright.cli import tables
from tests.dashboard.fake_results import leaderboard, trials


def test_columns_stand_under_each_other() -> None:
    assert tables.aligned(["name", "n"], [["a", "1"], ["longer", "200"]]).splitlines() == [
        "name      n",
        "a         1",
        "longer  200",
    ]


def test_the_trials_are_listed_as_ranked() -> None:
    head, *rows = tables.trials(trials(3)["trials"]).splitlines()
    assert head.split()[:2] == ["rank", "accuracy"]
    assert [row.split()[0] for row in rows] == ["1", "2", "3"]


def test_the_leaderboard_ends_with_what_could_not_be_trained() -> None:
    asked = [{"preset": "fast"}, {"backbone": "vgg16"}]
    lines = tables.leaderboard(leaderboard(asked, ["v1", None], top5=True)["leaderboard"]).splitlines()
    assert "98.1 %  97.0 - 98.9 %  99.8 %  41 s  9.1  6.1  v1" in lines[1]
    assert (
        lines[2]
        == "fast vgg16: Expected weights of VGG16. Received: no file, and downloads are switched off."
    )


def test_the_leaderboard_says_what_is_as_good_as_the_best() -> None:
    rows = leaderboard([{"preset": "fast"}, {"preset": "best"}], ["v1", "v2"], top5=False)["leaderboard"]
    assert tables.leaderboard(rows).splitlines()[-1] == "Within chance of the best: fast."


@pytest.mark.parametrize(
    ("seconds", "words"), [(None, "-"), (41.6, "42 s"), (185, "3 min 05 s"), (8_040, "2 h 14 min")]
)
def test_a_duration_is_told_in_its_own_unit(seconds: float | None, words: str) -> None:
    assert tables.duration(seconds) == words


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ({"state": "failed", "error": "out of memory"}, "out of memory"),
        ({"state": "completed", "verdict": {"promote": True, "reason": "Promoted."}}, "Promoted."),
        ({"state": "completed", "result": trials(4)}, "4 settings tried."),
        ({"state": "completed", "result": {"files": [{"name": "model.tflite"}]}}, "Written: model.tflite."),
        ({"state": "stopped"}, "It ended without a result."),
        ({"state": "running"}, ""),
    ],
)
def test_what_came_of_a_run_is_one_sentence(run: dict, words: str) -> None:
    assert tables.outcome(run) == words
