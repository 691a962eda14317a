import numpy as np
import pytest

from lenswright.dashboard.figures.confusion import confusion, height_px, most_confused, pairs

TWO = [[8, 2], [0, 10]]


def test_cells_are_shares_of_their_row_and_counts_are_written() -> None:
    figure = confusion(["cat", "dog"], TWO, "light")
    assert np.allclose(figure.data[0].z, [[0.8, 0.2], [0.0, 1.0]])
    assert [note.text for note in figure.layout.annotations] == ["8", "2", "0", "10"]


def test_a_class_without_photos_is_an_empty_row() -> None:
    assert np.allclose(confusion(["cat", "dog"], [[0, 0], [1, 3]], None).data[0].z[0], [0, 0])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_hundred_and_twenty_classes_carry_no_labels_and_no_counts(scheme: str) -> None:
    names = [f"breed {i}" for i in range(120)]
    figure = confusion(names, np.eye(120, dtype=int).tolist(), scheme)
    assert not figure.layout.xaxis.showticklabels
    assert not figure.layout.annotations
    assert figure.data[0].text[3][5] == "breed 3 → breed 5"


def test_a_part_keeps_the_shares_of_the_full_rows() -> None:
    counts = [[5, 5, 0], [0, 9, 0], [0, 0, 9]]
    figure = confusion(["a", "b", "c"], counts, None, only=[0, 2])
    assert np.allclose(figure.data[0].z, [[0.5, 0], [0, 1]])
    assert list(figure.layout.yaxis.ticktext) == ["a", "c"]


def test_the_most_confused_classes_stand_in_class_order() -> None:
    counts = np.diag([9] * 30)
    counts[20, 4] = 6
    counts[7, 9] = 2
    assert most_confused(counts.tolist(), limit=2) == [4, 20]


def test_pairs_are_the_errors_ranked_without_the_right_answers() -> None:
    assert pairs(["cat", "dog"], TWO) == [("cat", "dog", 2)]


def test_height_grows_with_the_classes_up_to_a_screen() -> None:
    assert height_px(2) == 300
    assert height_px(120) == 720
