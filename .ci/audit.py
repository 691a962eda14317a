"""Which of the pinned packages have known vulnerabilities: `make audit`.

The page of a package on PyPI tells of its newest version, which most pins are; pip-audit asks for the others
by version. A mirror may lack that answer, and pip-audit calls clean whatever it could not look up: what
nobody could tell is named at the end, not passed over. Without a network nothing fails, and that is said.
Exceptions stand in audit-exceptions.txt with their reasons. Exit status: 1 for a vulnerability without one.
"""

import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests

HERE = Path(__file__).resolve().parent
REQUIREMENTS, EXCEPTIONS = HERE.parent / "requirements.txt", HERE / "audit-exceptions.txt"
PACKAGE_URL = "https://pypi.org/pypi/{name}/json"
WAIT_S, THREADS = 20, 24
Found = dict[str, list[dict[str, Any]]]  # package -> its vulnerabilities: id, aliases, where they are mended


def exceptions(text: str) -> dict[str, str]:
    """Return the reason of each exception. Raises SystemExit for one without."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    reasons = {name: reason.strip() for name, _, reason in (line.partition(" ") for line in lines)}
    for name, reason in reasons.items():
        if not reason:
            raise SystemExit(f"Expected 'ID reason' in {EXCEPTIONS.name}. Received: {name!r} alone.")
    return reasons


def pinned(text: str) -> dict[str, str]:
    """Return the version of each package that requirements.txt pins."""
    lines = [line.partition(";")[0].strip().partition("==") for line in text.splitlines()]
    return {name.lower().replace("_", "-"): version for name, equals, version in lines if equals}


def by_version(versions: dict[str, str]) -> Found:
    """Return what pip-audit says of those packages that it could look up; nothing without a network."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("".join(f"{name}=={version}\n" for name, version in versions.items()))
        file.flush()
        asked = ["pip_audit", "-r", file.name, "--no-deps", "--disable-pip", "--timeout", str(WAIT_S)]
        command = [sys.executable, "-m", *asked, "--progress-spinner", "off", "-f", "json"]
        done = subprocess.run(command, capture_output=True, text=True)
    try:
        answered = json.loads(done.stdout)["dependencies"]
    except ValueError:
        print("pip-audit could not ask:", *done.stderr.strip().splitlines()[-1:])
        return {}
    return {one["name"].lower().replace("_", "-"): one["vulns"] for one in answered if "vulns" in one}


def by_page(name: str, version: str) -> list[dict[str, Any]] | None:
    """Return the vulnerabilities of a package, None where its page tells of another version, or nothing."""
    try:
        told = requests.get(PACKAGE_URL.format(name=name), timeout=WAIT_S).json()
        vulnerabilities: list[dict[str, Any]] = told["vulnerabilities"]
        return vulnerabilities if told["info"]["version"] == version else None
    except (requests.RequestException, LookupError, TypeError):
        return None


def judge(found: Found, excused: dict[str, str]) -> int:
    """Print every vulnerability and return how many have no exception."""
    open_ones = 0
    for name, vulnerability in sorted((name, one) for name, many in found.items() for one in many):
        names = [vulnerability["id"], *vulnerability.get("aliases", [])]
        reason = next((excused[one] for one in names if one in excused), None)
        mended = ", ".join(vulnerability.get("fix_versions") or vulnerability.get("fixed_in") or ["nowhere"])
        stands = f"excused: {reason}" if reason else "OPEN"
        print(f"{name}: {', '.join(names)}; mended in: {mended}; {stands}")
        open_ones += reason is None
    return open_ones


def main() -> int:
    """Return 1 if a vulnerability is open, else 0, also where nobody could be asked."""
    excused, versions = exceptions(EXCEPTIONS.read_text()), pinned(REQUIREMENTS.read_text())
    with ThreadPoolExecutor(THREADS) as pool:
        pages = zip(versions, pool.map(by_page, versions.keys(), versions.values()), strict=True)
        found = {name: told for name, told in pages if told is not None}
    found |= by_version({name: version for name, version in versions.items() if name not in found})
    open_ones = judge(found, excused)
    unknown = sorted(set(versions) - set(found))
    print(
        f"{len(found)} of {len(versions)} pinned packages were looked up; open vulnerabilities: {open_ones}."
    )
    if unknown:
        print("Nobody could be asked about:", ", ".join(f"{name} {versions[name]}" for name in unknown))
    return 1 if open_ones else 0


if __name__ == "__main__":
    sys.exit(main())
