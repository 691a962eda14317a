"""The benchmark of label errors: what it flips, and how it counts."""

from pathlib import Path

from benchmarks.class_folders import LabelledFile
from benchmarks.label_errors import contact_sheet, first_of, flip
from tests.builders import make_photo

TRUTH = [LabelledFile(Path(f"{number}.jpg"), "abc"[number % 3]) for number in range(300)]


def test_exactly_the_share_is_flipped_to_other_classes_and_the_order_stays() -> None:
    photos, flipped = flip(TRUTH, 0.03, seed=0)
    assert [photo.file for photo in photos] == [photo.file for photo in TRUTH]
    changed = {photo.file for photo, before in zip(photos, TRUTH, strict=True) if photo.label != before.label}
    assert changed == flipped
    assert len(flipped) == 9
    assert {photo.label for photo in photos} == set("abc")


def test_a_seed_flips_the_same_again() -> None:
    assert flip(TRUTH, 0.1, seed=1) == flip(TRUTH, 0.1, seed=1)
    assert flip(TRUTH, 0.1, seed=1)[1] != flip(TRUTH, 0.1, seed=2)[1]


def test_precision_is_of_what_was_listed_and_recall_of_what_was_flipped() -> None:
    ranked = [Path(name) for name in ("a", "x", "b", "y")]
    rows = {row["first"]: row for row in first_of(ranked, {Path("a"), Path("b"), Path("c")}, photos=100)}
    assert (rows[1]["precision"], rows[1]["recall"]) == (1.0, 0.3333)
    assert (rows[3]["precision"], rows[3]["recall"]) == (0.6667, 0.6667)
    assert (rows[10]["precision"], rows[10]["recall"]) == (0.5, 0.6667)


def test_nothing_found_is_a_precision_of_zero() -> None:
    assert {row["precision"] for row in first_of([], {Path("a")}, photos=100)} == {0.0}


def test_a_contact_sheet_shows_every_suspect(tmp_path: Path) -> None:
    file = tmp_path / "p.jpg"
    file.write_bytes(make_photo())
    one_row, two_rows = (contact_sheet([(file, "cat? dog")] * count) for count in (8, 9))
    assert two_rows.size == (one_row.width, 2 * one_row.height)
    assert contact_sheet([]).width == one_row.width
