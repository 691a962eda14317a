"""What one check of an installation found; no message tells a password that stands in a URL."""

from dataclasses import dataclass
from typing import Literal

from lenswright.redaction import redacted

Status = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """`message` says how `check` stands; `advice` what to do, empty where all is well."""

    check: str
    status: Status
    message: str
    advice: str = ""


def ok(check: str, message: str) -> Finding:
    """Return that all is well."""
    return Finding(check, "ok", redacted(message))


def warning(check: str, message: str, advice: str) -> Finding:
    """Return what works but deserves a look."""
    return Finding(check, "warning", redacted(message), advice)


def problem(check: str, message: str, advice: str) -> Finding:
    """Return what does not work."""
    return Finding(check, "problem", redacted(message), advice)
