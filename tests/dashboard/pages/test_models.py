from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.pages import model_report, models
from tests.dashboard.fake_api import FakeApi


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


def test_the_champion_needs_no_promote_button(api: ApiClient, listed: dict, shown: dict) -> None:
    assert model_report.head(shown)[3] == "hidden"
    other = model_report.fetch(api, listed, listed["models"][1]["version"])
    assert model_report.head(other)[3] == ""


def test_the_verdict_comes_with_its_numbers(shown: dict) -> None:
    words = str(model_report.head(shown)[2])
    for said in (
        "+2.5 points",
        "95 % interval",
        "+22 / −10",
        "p = 0.",
        "21\\u202fms",
        "at most 250\\u202fms",
        "8.9\\u202fMB",
    ):
        assert said in words


def test_a_verdict_of_an_older_version_has_no_numbers(shown: dict) -> None:
    older = {
        **shown,
        "model": {**shown["model"], "verdict": {"promote": True, "reason": "Better.", "numbers": {}}},
    }
    words = str(model_report.head(older)[2])
    assert "Better." in words
    assert "numbers" not in words


def test_a_version_promoted_against_the_gate_says_why(api: ApiClient, listed: dict, fake: FakeApi) -> None:
    refused = next(m["version"] for m in listed["models"] if m["verdict"] and not m["verdict"]["promote"])
    before = model_report.head(model_report.fetch(api, listed, refused))
    api.promote(refused, "our photos changed", override=True)
    after = model_report.head(model_report.fetch(api, listed, refused))
    assert "against the gate" not in str(before[2])
    assert "our photos changed" in str(after[2])


def test_forgotten_photos_of_a_model_are_said(shown: dict) -> None:
    shown["model"]["forgotten_photos"] = 2
    assert "2 photos it learned from were forgotten since" in str(model_report.head(shown)[2])
    shown["model"]["forgotten_photos"] = 0
    assert "forgotten" not in str(model_report.head(shown)[2])
