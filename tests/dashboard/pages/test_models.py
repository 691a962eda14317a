import pytest

from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.pages import model_report, models

FACTS = {"reachable": True, "task": "cats-vs-dogs"}


@pytest.fixture
def listed(api: ApiClient) -> dict:
    return models.fetch(api, FACTS, None)


@pytest.fixture
def shown(api: ApiClient, listed: dict) -> dict:
    return model_report.fetch(api, listed, None)


def test_versions_carry_verdict_and_numbers(listed: dict) -> None:
    table, lead, back = models.versions(listed, None)
    assert lead == "cats-vs-dogs · 3 versions"
    assert back == ""
    for words in ("Champion", "Not promoted", "Bundled", "95 % interval"):
        assert words in str(table)


def test_without_versions_the_page_points_to_training() -> None:
    nothing = {"task": "dog-breeds", "champion": None, "models": []}
    table, _, back = models.versions(nothing, None)
    assert "Open training" in str(table)
    assert back == "hidden"
    assert model_report.head(None)[0] == "hidden"


def test_the_champion_is_shown_unless_another_is_chosen(listed: dict) -> None:
    older = listed["models"][-1]["version"]
    assert model_report.chosen_of(listed, None) == listed["champion"]
    assert model_report.chosen_of(listed, older) == older
    assert model_report.chosen_of(listed, "gone") == listed["champion"]


def test_the_confirmation_repeats_what_the_gate_said(listed: dict) -> None:
    refused = next(m["version"] for m in listed["models"] if m["verdict"] and not m["verdict"]["promote"])
    assert "recall of 'dog' fell" in str(models._warning(listed, refused))
    assert models._warning(listed, listed["champion"]) == []


def test_a_roll_back_names_the_version_that_comes_back() -> None:
    promoted = {"version": "b", "previous": "a", "reason": "better light"}
    assert models.champion_before([promoted], "b") == "a"
    assert models.champion_before([{**promoted, "reason": "Rolled back from c."}], "b") is None
    assert models.champion_before([], "b") is None


def test_promote_and_roll_back_close_the_window_and_tell(api: ApiClient, listed: dict) -> None:
    other = listed["models"][1]["version"]
    opened, told, wake = models.act(api, 1, {"act": "promote", "version": other})
    assert opened is False
    assert other in told[0]["message"]
    assert wake == {"champion": other}
    assert models.act(api, 2, {"act": "rollback", "task": None})[2] == {"champion": listed["champion"]}


def test_the_report_shows_matrix_scores_and_calibration(shown: dict) -> None:
    matrix, switch = model_report.matrix(shown, "light", "some")
    assert switch == "hidden"
    assert "taken for" in str(matrix)
    assert "Precision" in str(model_report.class_scores(shown, "light"))
    assert "8 times in 10" in str(model_report.calibration(shown, "light"))
    assert "MODEL_CARD.md" in str(model_report.files(shown))


def test_a_version_without_a_report_still_has_its_files(shown: dict) -> None:
    bare = {**shown, "report": None}
    assert "No report" in str(model_report.matrix(bare, None, "some")[0])
    assert "No report" in str(model_report.class_scores(bare, None))
    assert "No report" in str(model_report.calibration(bare, None))
    assert "model.onnx" in str(model_report.files(bare))


def test_the_champion_needs_no_promote_button(api: ApiClient, listed: dict, shown: dict) -> None:
    assert model_report.head(shown)[3] == "hidden"
    other = model_report.fetch(api, listed, listed["models"][1]["version"])
    assert model_report.head(other)[3] == ""
