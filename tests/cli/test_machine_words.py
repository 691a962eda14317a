import pytest

from lenswright.cli.machine_words import findings


def row(check: str, status: str, advice: str = "") -> dict[str, str]:
    return {"check": check, "status": status, "message": f"{check} stands so", "advice": advice}


def test_each_finding_is_a_line_with_what_to_do_under_it() -> None:
    told = findings([row("disk", "ok"), row("database", "problem", "Restore it.")]).splitlines()
    assert told == [
        "ok       disk      disk stands so",
        "PROBLEM  database  database stands so",
        "                   Restore it.",
        "",
        "1 problem.",
    ]


@pytest.mark.parametrize(
    ("states", "verdict"),
    [
        (["ok", "ok"], "All is well."),
        (["ok", "warning", "warning"], "2 warnings; it can serve."),
        (["problem", "warning"], "1 problem and 1 warning."),
    ],
)
def test_the_last_line_counts(states: list[str], verdict: str) -> None:
    assert findings([row("disk", state) for state in states]).splitlines()[-1] == verdict
