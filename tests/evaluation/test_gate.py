"""The verdicts and their sentences."""

import numpy as np
import pytest
from numpy.typing import NDArray

from lenswright.errors import InputRefused, NotEnoughPhotos
from lenswright.evaluation.gate import GateLimits, Verdict, bootstrap_interval, judge, mcnemar


def wrong(labels: NDArray[np.int64], *photos: int | range) -> NDArray[np.int64]:
    """Return answers (N,) that are right but for `photos`, two classes."""
    answers = labels.copy()
    for these in photos:
        answers[these] = 1 - answers[these]
    return answers


def verdict(
    labels: NDArray[np.int64], candidate: NDArray[np.int64], champion: NDArray[np.int64] | None
) -> Verdict:
    return judge(
        labels=labels,
        candidate=candidate,
        champion=champion,
        candidate_version="new",
        champion_version=None if champion is None else "old",
        classes=["cat", "dog"],
    )


LABELS = np.arange(800) % 2


def test_a_significantly_worse_candidate_is_refused_with_both_numbers() -> None:
    found = verdict(LABELS, wrong(LABELS, range(70)), wrong(LABELS, range(60, 108)))
    assert not found.promote
    assert found.reason == (
        "Not promoted: 91.2 % against 94.0 % of the champion on the same 800 test photos;"
        " the difference is significant (p = 0.033)."
    )
    assert found.numbers["gained"] == 38
    assert found.numbers["lost"] == 60
    assert found.numbers["champion_version"] == "old"


def test_a_better_candidate_is_promoted() -> None:
    found = verdict(LABELS, LABELS, wrong(LABELS, range(40)))
    assert found.promote
    assert found.reason == (
        "Promoted: 100.0 % against 95.0 % of the champion on the same 800 test photos;"
        " the difference is significant (p < 0.001)."
    )


def test_a_candidate_that_is_worse_by_chance_only_is_promoted() -> None:
    found = verdict(LABELS, wrong(LABELS, range(3)), wrong(LABELS, range(10, 12)))
    assert found.promote
    assert "99.6 % against 99.8 %" in found.reason
    assert "within chance (p = 1.00)" in found.reason


def test_equal_answers_say_so() -> None:
    found = verdict(LABELS, LABELS, LABELS)
    assert found.promote
    assert "both are right and wrong on the same photos" in found.reason


def test_the_first_model_of_a_task_needs_no_rival() -> None:
    found = verdict(LABELS, wrong(LABELS, range(80)), None)
    assert found.promote
    assert found.reason == "Promoted: 90.0 % on 800 test photos; no other model serves this task yet."
    assert found.numbers["p_value"] is None


def test_few_photos_that_cannot_prove_it_still_refuse_a_large_loss() -> None:
    labels = np.arange(12) % 2
    found = verdict(labels, wrong(labels, range(4)), labels)
    assert found.numbers["p_value"] > 0.05
    assert not found.promote
    assert found.reason == (
        "Not promoted: 66.7 % against 100.0 % of the champion on the same 12 test photos; the difference is"
        " within chance (p = 0.12). So few photos prove nothing, but a loss of 33.3 % is too much to risk."
    )


def test_one_wrong_photo_of_six_is_no_reason_to_refuse() -> None:
    labels = np.arange(6) % 2
    assert verdict(labels, wrong(labels, 0), labels).promote


def test_a_class_that_is_never_recognised_is_refused_even_without_a_champion() -> None:
    labels = np.array([0] * 90 + [1] * 10)
    found = verdict(labels, np.zeros(100, np.int64), None)
    assert not found.promote
    assert "The class 'dog' collapses: 0 of 10 recognised." in found.reason
    assert found.numbers["collapsed"] == ["dog"]


def test_a_class_the_champion_does_not_recognise_either_has_not_collapsed() -> None:
    labels = np.array([0] * 90 + [1] * 10)
    nothing_but_cats = np.zeros(100, np.int64)
    assert verdict(labels, nothing_but_cats, nothing_but_cats).promote


def test_a_class_far_below_the_champion_is_refused_although_the_whole_is_as_good() -> None:
    labels = np.array([0] * 200 + [1] * 40)
    candidate = wrong(labels, range(200, 212))  # 28 of 40 dogs
    champion = wrong(labels, range(13), range(200, 202))  # 38 of 40 dogs, 13 cats lost
    found = verdict(labels, candidate, champion)
    assert found.numbers["p_value"] > 0.05
    assert not found.promote
    assert "The class 'dog' collapses: 28 of 40 recognised (the champion: 38)." in found.reason


def test_answers_outside_the_classes_count_as_wrong() -> None:
    found = verdict(LABELS, LABELS, np.full(800, -1))
    assert found.numbers["champion_right"] == 0
    assert found.promote


def test_the_p_value_is_exact_and_symmetric() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(0, 6) == pytest.approx(2 * 0.5**6)
    assert mcnemar(3, 11) == mcnemar(11, 3)


def test_no_photos_and_odd_lengths_are_refused() -> None:
    none = np.zeros(0, np.int64)
    with pytest.raises(NotEnoughPhotos, match="Received: none"):
        verdict(none, none, None)
    with pytest.raises(InputRefused, match=r"Expected 800 answers of the champion\. Received: 799"):
        verdict(LABELS, LABELS, LABELS[:-1])


def limited(limits: GateLimits, **measured: float) -> Verdict:
    return judge(
        labels=LABELS,
        candidate=LABELS,
        champion=None,
        candidate_version="new",
        champion_version=None,
        classes=["cat", "dog"],
        limits=limits,
        **measured,  # type: ignore[arg-type]
    )


def test_a_candidate_over_a_limit_is_refused_however_right_it_is() -> None:
    found = limited(GateLimits(250, 500_000_000), latency_ms=301.4, size_bytes=600_000_000)
    assert not found.promote
    assert found.reason == (
        "Not promoted: 100.0 % on 800 test photos; no other model serves this task yet."
        " A photo takes 301 ms, more than the 250 ms allowed."
        " Its network is 600.0 MB, more than the 500 MB allowed."
    )
    assert (found.numbers["latency_ms"], found.numbers["max_latency_ms"]) == (301.4, 250)


def test_a_limit_of_zero_is_none_and_what_was_not_measured_is_not_over_it() -> None:
    assert limited(GateLimits(), latency_ms=1e6, size_bytes=10**12).promote
    assert limited(GateLimits(1, 1)).promote
    assert limited(GateLimits(250, 500), latency_ms=250.0, size_bytes=500).promote


def test_the_difference_has_the_interval_that_drawing_the_photos_again_gives() -> None:
    candidate, champion = wrong(LABELS, range(70)), wrong(LABELS, range(60, 108))
    numbers = verdict(LABELS, candidate, champion).numbers
    gains = (candidate == LABELS).astype(int) - (champion == LABELS)
    drawn = gains[np.random.default_rng(0).integers(0, 800, (4000, 800))].mean(axis=1)

    assert numbers["difference"] == pytest.approx(gains.mean())
    low, high = np.quantile(drawn, (0.025, 0.975))
    assert numbers["difference_low"] == pytest.approx(low, abs=0.002)
    assert numbers["difference_high"] == pytest.approx(high, abs=0.002)
    assert numbers["difference_high"] < 0  # as the test says: significantly worse


def test_the_same_answers_give_the_same_interval_and_equal_ones_none_at_all() -> None:
    assert bootstrap_interval(38, 60, 800) == bootstrap_interval(38, 60, 800)
    assert bootstrap_interval(0, 0, 800) == (0.0, 0.0)
    assert bootstrap_interval(5, 0, 5) == (1.0, 1.0)
