import pytest

from lenswright.cli.machine_words import findings, step, tuned


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


def test_what_was_measured_is_a_table_and_what_to_set_lines_of_an_env_file() -> None:
    record = {
        "task": "cats",
        "version": "v1",
        "cpus": 2,
        "measured": [
            {"network": "model.onnx", "concurrent": 2, "per_s": 99.6, "p50_ms": 9.4, "p99_ms": 12.0},
        ],
        "settings": [{"variable": "LENSWRIGHT_THREADS", "value": 16, "why": "slow clients"}],
    }
    assert tuned(record).splitlines() == [
        "cats, model v1, 2 CPUs; drawn photos of 486x374, decoded and answered without HTTP.",
        "network     at once  photos/s  p50 ms  p99 ms",
        "model.onnx        2       100       9      12",
        "",
        "LENSWRIGHT_THREADS=16  # slow clients",
    ]


def test_progress_is_a_bar_and_a_count() -> None:
    assert step(1, 4) == "[#####...............] 1 of 4 measured"


def test_a_message_of_several_lines_is_put_into_one() -> None:
    finding = row("database", "ok") | {"message": "refused\n\tIs it running?"}
    assert findings([finding]).splitlines()[0] == "ok       database  refused Is it running?"
