"""What is said of this machine: how the installation stands. Pure functions on JSON."""

from collections.abc import Sequence

from lenswright.cli.client import Json

MARKS = {"ok": "ok      ", "warning": "warning ", "problem": "PROBLEM "}


def findings(found: Sequence[Json]) -> str:
    """Return a line for each finding, what to do under it, and how many are not well."""
    width = max(len(row["check"]) for row in found)
    lines = []
    for row in found:
        lines.append(f"{MARKS[row['status']]} {row['check']:<{width}}  {row['message']}")
        if row["advice"]:
            lines.append(f"{'':{len(MARKS['ok']) + width + 3}}{row['advice']}")
    return "\n".join([*lines, "", _verdict([row["status"] for row in found])])


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
