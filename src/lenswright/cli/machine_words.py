"""What is said of this machine: how the installation stands, how fast it answers. Pure functions on JSON."""

from collections.abc import Sequence

from lenswright.cli.client import Json
from lenswright.cli.line import bar
from lenswright.cli.tables import aligned

BUSY = "Something else keeps the CPUs busy: the figures will be too low. Measure again when it has ended."
MARKS = {"ok": "ok      ", "warning": "warning ", "problem": "PROBLEM "}


def findings(found: Sequence[Json]) -> str:
    """Return a line for each finding, what to do under it, and how many are not well."""
    width = max(len(row["check"]) for row in found)
    lines = []
    for row in found:
        lines.append(f"{MARKS[row['status']]} {row['check']:<{width}}  {_one_line(row['message'])}")
        if row["advice"]:
            lines.append(f"{'':{len(MARKS['ok']) + width + 3}}{row['advice']}")
    return "\n".join([*lines, "", _verdict([row["status"] for row in found])])


def step(done: int, total: int) -> str:
    """Return `[####................] 1 of 5 measured`."""
    return f"{bar(done / total)} {done} of {total} measured"


def tuned(record: Json) -> str:
    """Return what was measured as a table, and the settings as lines of `.env`."""
    rows = [
        (
            row["network"],
            str(row["concurrent"]),
            *(f"{row[name]:.0f}" for name in ("per_s", "p50_ms", "p99_ms")),
        )
        for row in record["measured"]
    ]
    chosen = [(f"{row['variable']}={row['value']}", row["why"]) for row in record["settings"]]
    width = max(len(line) for line, _ in chosen)
    return "\n".join(
        [
            f"{record['task']}, model {record['version']}, {record['cpus']} CPUs; drawn photos of 486x374,"
            " decoded and answered without HTTP.",
            aligned(("network", "at once", "photos/s", "p50 ms", "p99 ms"), rows),
            "",
            *(f"{line:<{width}}  # {why}" for line, why in chosen),
        ]
    )


def _one_line(text: str) -> str:
    """A database may say in several lines what is wrong."""
    return " ".join(text.split())


def _verdict(states: Sequence[str]) -> str:
    problems, warnings = states.count("problem"), states.count("warning")
    if not problems + warnings:
        return "All is well."
    counted = [
        f"{number} {noun}{'' if number == 1 else 's'}"
        for number, noun in ((problems, "problem"), (warnings, "warning"))
        if number
    ]
    return f"{' and '.join(counted)}{'' if problems else '; it can serve'}."
