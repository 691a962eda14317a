"""What the benchmark of fusion makes of fusions and reports."""

from typing import Any

from benchmarks.fusion import hardest, row_of, share

PARTS = [("cats/cat", 0.5), ("breeds/boxer", 1.0), ("breeds/beagle", 0.75), ("breeds/basset", 0.75)]
MODEL: dict[str, Any] = {
    "task": "held-out-0",
    "fusion": {"held_out": {"dog": ["beagle", "basset"]}, "splits": {"train": 30}},
    "seconds": {"features": 2.5, "fitting": 1.0},
    "report": {
        "metrics": {"accuracy": 0.9, "test_photos": 10},
        "per_class": [
            {"label": "cat", "recall": 1.0, "support": 4},
            {"label": "dog", "recall": 5 / 6, "support": 6},
        ],
        "per_source": [{"name": name, "photos": 4, "accuracy": right} for name, right in PARTS],
    },
}


def test_a_share_comes_with_its_interval() -> None:
    assert share(0.5, 100) == "50.00% (40.38% to 59.62%)"


def test_a_line_tells_dogs_from_cats() -> None:
    row = row_of(MODEL)
    assert (row["breeds in test only"], row["train"], row["test"], row["seconds"]) == (2, 30, 10, 3.5)
    assert (row["accuracy"], row["dogs right"], row["cats right"]) == (
        share(0.9, 10), share(5 / 6, 6), share(1.0, 4),
    )  # fmt: skip


def test_a_split_by_photo_holds_nothing_out() -> None:
    assert row_of(MODEL | {"fusion": {"held_out": {}, "splits": {"train": 1}}})["breeds in test only"] == 0


def test_the_hardest_breeds_come_first_and_are_no_cats() -> None:
    assert hardest(MODEL["report"]) == "basset 75.0% of 4, beagle 75.0% of 4, boxer 100.0% of 4"
