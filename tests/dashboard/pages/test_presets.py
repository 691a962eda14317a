import pytest

from lenswright.dashboard.pages import presets
from lenswright.runs.options import training_options

OPTIONS = training_options("cats-vs-dogs", 7_996, ())


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (42, "About 40\u202fs"),
        (200, "About 3\u202fmin"),
        (7_805, "About 2\u202fh 10\u202fmin"),
        (1, "About 5\u202fs"),
        (None, ""),
    ],
)
def test_a_guess_has_no_more_digits_than_it_deserves(seconds: float | None, words: str) -> None:
    assert presets.about(seconds) == words


def test_a_card_says_how_long_it_takes_for_these_photos_and_how_good_it_was() -> None:
    preset = {"expected_s": 41, "expected_accuracy": 0.993}
    assert (
        presets.expectation(preset, 7_996) == "About 40\u202fs for your 7,996 photos · 99.3\u202f% last time"
    )
    assert presets.expectation({"expected_s": None}, 7_996) == ""


def test_there_is_a_card_for_each_preset_of_the_api() -> None:
    shown = str(presets.cards(OPTIONS, 7_996))
    assert all(preset["title"] in shown and preset["summary"] in shown for preset in OPTIONS["presets"])


def test_a_comparison_takes_as_long_as_its_configurations_together() -> None:
    options = {"presets": [{"name": "fast", "expected_s": 40}, {"name": "best", "expected_s": None}]}
    assert presets.expected_s(options, [{"preset": "fast"}, {}]) == 80
    assert presets.expected_s(options, [{"preset": "fast"}, {"preset": "best"}]) is None
