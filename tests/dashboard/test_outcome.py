import pytest

from lenswright.dashboard.outcome import outcome


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (
            {"photos": 210, "suggestions": 6, "regrouped": {"groups": 0}},
            "210 photos checked: 6 doubtful labels.",
        ),
        (
            {"photos": 1, "suggestions": 1, "regrouped": {"groups": 2}},
            "1 photo checked: 1 doubtful label, 2 groups of near-duplicates joined.",
        ),
    ],
)
def test_a_check_says_what_it_found(result: dict, words: str) -> None:
    assert outcome({"kind": "check", "state": "completed", "result": result}) == ("good", words)


def test_a_check_that_was_stopped_says_so() -> None:
    assert outcome({"kind": "check", "state": "stopped", "result": {}})[0] == "calm"
