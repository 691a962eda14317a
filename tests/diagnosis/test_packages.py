from pathlib import Path

import pytest

from lenswright.diagnosis.packages import check_packages, check_python, check_training

NEEDED = ["flask", "psycopg[binary]; extra == 'postgres'", 'dash; extra == "dashboard"', "tensorflow-cpu"]


@pytest.mark.parametrize(("version", "status"), [("3.10.9", "problem"), ("3.11.0", "ok"), ("4.0.0", "ok")])
def test_an_old_python_is_a_problem(version: str, status: str) -> None:
    assert check_python(tuple(version.split("."))).status == status


def test_what_serving_lacks_is_a_problem_what_the_dashboard_lacks_a_warning() -> None:
    lacking = check_packages(NEEDED, None, lambda name: None)
    assert [(finding.check, finding.status, finding.message) for finding in lacking] == [
        ("packages", "problem", "missing: flask"),
        ("dashboard", "warning", "missing: dash"),
    ]
    assert {finding.status for finding in check_packages(NEEDED, None, lambda name: "1")} == {"ok"}


def test_other_versions_than_were_tried_are_named(tmp_path: Path) -> None:
    exact = tmp_path / "requirements.txt"
    exact.write_text("# tried\nFlask==3.1.3\nnumpy==2.4.6; python_version > '3'\nabsent==1\n")
    present = {"Flask": "3.0.0", "numpy": "2.4.6"}
    differing = check_packages([], exact, present.get)[1]
    assert (differing.check, differing.status) == ("versions", "warning")
    assert differing.message.endswith("Flask 3.0.0 instead of 3.1.3")


def test_without_tensorflow_one_can_serve_only() -> None:
    assert check_training(lambda name: None if name == "keras" else object()).message.endswith("no keras")
    assert check_training(lambda name: object()).status == "ok"
