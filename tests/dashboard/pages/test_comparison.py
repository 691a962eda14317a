from lenswright.dashboard.pages import comparison
from lenswright.runs.options import training_options

OPTIONS = training_options("cats-vs-dogs", 7_996, ())
FAST = {"preset": "fast"}


def test_what_is_automatic_is_left_out_of_a_configuration() -> None:
    assert comparison.configuration("best", "vgg16", "auto") == {"preset": "best", "backbone": "vgg16"}
    assert comparison.configuration("fast", "auto", "auto") == FAST


def test_the_same_configuration_is_not_added_twice_and_never_more_than_the_api_takes() -> None:
    assert comparison.added([FAST], FAST) == [FAST]
    full = [{"preset": "fast", "weights": str(i)} for i in range(20)]
    assert comparison.added(full, FAST) == full
    assert comparison.added([], FAST) == [FAST]


def test_each_line_names_its_configuration_and_can_be_removed() -> None:
    rows = str(comparison.rows([{"preset": "best", "backbone": "vgg16", "weights": "none"}], OPTIONS))
    assert "Remove Best, VGG16, None: random" in rows
