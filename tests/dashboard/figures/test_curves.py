from lenswright.dashboard.figures.curves import curves

HISTORY = [
    {"epoch": 1, "accuracy": 0.5, "val_accuracy": 0.6, "loss": 0.7, "val_loss": 0.6},
    {"epoch": 2, "accuracy": 0.8, "val_accuracy": 0.7, "loss": 0.4, "val_loss": 0.5},
]


def test_training_and_validation_are_drawn_by_epoch() -> None:
    training, validation = curves(HISTORY, "accuracy", "light").data
    assert list(training.x) == [1, 2]
    assert (list(training.y), list(validation.y)) == ([0.5, 0.8], [0.6, 0.7])


def test_stages_that_count_anew_stand_side_by_side_and_are_not_joined() -> None:
    again = [{"epoch": 0, "val_accuracy": 0.7}, {"epoch": 1, "val_accuracy": 0.9}]
    figure = curves([*HISTORY, *again], "accuracy", "light")
    _, validation = figure.data
    assert list(validation.x) == [1, 2, 2.5, 3, 4]
    assert list(validation.y) == [0.6, 0.7, None, 0.7, 0.9]
    assert list(validation.customdata) == [1, 2, None, 0, 1]
    assert [line.x0 for line in figure.layout.shapes] == [2.5]


def test_a_run_without_validation_yet_leaves_a_gap() -> None:
    _, validation = curves([{"epoch": 1, "loss": 0.7}], "loss", None).data
    assert list(validation.y) == [None]


def test_before_the_first_epoch_there_are_words_instead_of_axes() -> None:
    figure = curves([], "loss", "dark")
    assert figure.layout.annotations[0].text == "begins with the first epoch"
    assert not figure.layout.yaxis.visible
    assert not curves(HISTORY, "loss", "dark").layout.annotations
