"""What the report's tabs show, of newer reports and of older ones."""

from lenswright.dashboard.pages import model_measures
from lenswright.dashboard.pages.model_measures import NO_REPORT, OLDER


def test_matrix_scores_and_calibration(shown: dict) -> None:
    matrix, switch = model_measures.matrix(shown, "light", "some")
    assert switch == "hidden"
    assert "taken for" in str(matrix)
    assert "Precision" in str(model_measures.class_scores(shown, "light"))
    calibration = str(model_measures.calibration(shown, "light"))
    assert "8 times in 10" in calibration
    assert "before temperature scaling" in calibration


def test_curves_name_the_mean_areas(shown: dict) -> None:
    words = str(model_measures.ranking(shown, "dark"))
    assert f"{shown['report']['metrics']['roc_auc']:.3f}" in words
    assert "weakest" not in words


def test_of_many_classes_the_curves_are_those_of_the_weakest(shown: dict) -> None:
    report = {**shown["report"], "classes": [str(i) for i in range(120)]}
    assert "the 2 weakest classes" in str(model_measures.ranking({**shown, "report": report}, None))


def test_parts_tell_what_a_status_means_and_dash_what_did_not_occur(shown: dict) -> None:
    words = str(model_measures.parts(shown))
    for said in ("less sure than the threshold", "phone", "240 groups", "241 groups"):
        assert (said in words) == (said != "240 groups")
    assert "'–'" in words  # no photo was unknown


def test_an_older_report_says_that_it_knows_less(older: dict) -> None:
    for show in (model_measures.ranking, lambda shown, _: model_measures.parts(shown)):
        assert OLDER in str(show(older, None))
    assert "before temperature scaling" not in str(model_measures.calibration(older, None))
    assert "taken for" in str(model_measures.matrix(older, None, "some")[0])


def test_a_version_without_a_report_says_so_everywhere(shown: dict) -> None:
    bare = {**shown, "report": None}
    assert NO_REPORT in str(model_measures.matrix(bare, None, "some")[0])
    for show in (model_measures.class_scores, model_measures.ranking, model_measures.calibration):
        assert NO_REPORT in str(show(bare, None))
    assert NO_REPORT in str(model_measures.parts(bare))
