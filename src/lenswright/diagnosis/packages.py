"""Whether Python and the packages are those lenswright needs, and those it was tried with."""

import importlib.metadata
import importlib.util
import platform
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from lenswright.diagnosis.finding import Finding, ok, problem, warning

OLDEST = (3, 11)
TOLD = 5
INSTALL = "Install: pip install -r requirements.txt"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_EXTRA = re.compile(r"""extra == ['"]([\w-]+)['"]""")

Installed = Callable[[str], str | None]


def check_python(version: tuple[str, ...] = platform.python_version_tuple()) -> Finding:
    """Return whether this Python is young enough."""
    said = f"Python {'.'.join(version)}"
    if (int(version[0]), int(version[1])) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        return problem("Python", said, f"Install Python {oldest} or newer.")
    return ok("Python", said)


def installed_version(name: str) -> str | None:
    """Return the version of the distribution `name`, None where it is absent."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def needed() -> list[str]:
    """Return the requirements that lenswright states, as `name; extra == "train"`."""
    try:
        return importlib.metadata.requires("lenswright") or []
    except importlib.metadata.PackageNotFoundError:  # run from its source folder
        return []


def check_packages(
    requirements: Iterable[str], exact: Path | None, installed: Installed = installed_version
) -> list[Finding]:
    """Return what is missing of `requirements`, and what differs from the file `exact`."""
    missing: dict[str, list[str]] = {}
    for line in requirements:
        found, extra = _NAME.match(line), _EXTRA.search(line)
        if found and not found[0].startswith("tensorflow") and installed(found[0]) is None:
            missing.setdefault(extra[1] if extra else "", []).append(found[0])
    return [_lacking(missing.get("", [])), *_differing(exact, installed), _of_dashboard(missing)]


def check_training(find: Callable[[str], object] = importlib.util.find_spec) -> Finding:
    """Return whether models can be trained here; TensorFlow itself is not loaded."""
    lacking = [name for name in ("tensorflow", "keras", "onnx", "tf2onnx") if find(name) is None]
    if lacking:
        return warning(
            "training", f"not possible: no {', '.join(lacking)}", f"{INSTALL}, or only serve here."
        )
    return ok("training", "TensorFlow, Keras and the ONNX export are installed")


def _lacking(names: list[str]) -> Finding:
    if names:
        return problem("packages", f"missing: {', '.join(names)}", INSTALL)
    return ok("packages", "all that serving needs is installed")


def _of_dashboard(missing: dict[str, list[str]]) -> Finding:
    names = missing.get("dashboard")
    if names:
        return warning("dashboard", f"missing: {', '.join(names)}", f"{INSTALL}, or do without it.")
    return ok("dashboard", "its packages are installed")


def _differing(exact: Path | None, installed: Installed) -> list[Finding]:
    """Return one finding on the versions that were tried together, none where they are not listed."""
    if exact is None or not exact.is_file():
        return []
    differing = []
    for line in exact.read_text().splitlines():
        name, equals, rest = line.partition("==")
        wanted, present = rest.partition(";")[0].strip(), installed(name) if equals else None
        if present is not None and present != wanted:
            differing.append(f"{name} {present} instead of {wanted}")
    if not differing:
        return [ok("versions", f"as in {exact.name}")]
    more = f" and {len(differing) - TOLD} more" if len(differing) > TOLD else ""
    said = f"others than were tried together: {', '.join(differing[:TOLD])}{more}"
    return [warning("versions", said, INSTALL)]
