"""Names that people give: of tasks, of classes and of sources, in one form each."""

import re
import unicodedata
from collections.abc import Iterable

from lenswright.errors import InputRefused, UnknownLabel

LONGEST_TASK = 50
LONGEST_LABEL = 100
LONGEST_SOURCE = 100
REFUSED_CATEGORIES = ("Cc", "Cs", "Co", "Cn")  # controls, lone surrogates, code points without a meaning
TURN_TEXT_AROUND = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
NO_WIDTH = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"))  # two labels that look the same are one


def normalise_task(name: str) -> str:
    """Return the task's slug: letters, digits and single hyphens, in lower case.

    Raises InputRefused if nothing is left of it or it is longer than 50 characters.
    """
    slug = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFKC", name).casefold()).strip("-")
    slug = unicodedata.normalize("NFC", slug)
    if not 1 <= len(slug) <= LONGEST_TASK:
        raise InputRefused(
            f"Expected a task name of 1 to {LONGEST_TASK} letters, digits and hyphens."
            f" Received: {_shown(name)}."
        )
    return slug


def normalise_label(label: str) -> str:
    """Return the label in Unicode's NFC form, trimmed, with single spaces; case is kept.

    Raises UnknownLabel if it is empty, longer than 100 characters, starts with a dot, or has
    slashes or characters that do not print.
    """
    clean = " ".join(unicodedata.normalize("NFC", label.translate(NO_WIDTH)).split())
    if not 1 <= len(clean) <= LONGEST_LABEL:
        raise UnknownLabel(
            f"Expected a label of 1 to {LONGEST_LABEL} characters. Received: {len(clean)} characters."
        )
    if clean.startswith(".") or not _is_text(clean):
        raise UnknownLabel(
            "Expected a label of printing characters, without slashes or a dot at its start."
            f" Received: {_shown(label)}."
        )
    return clean


def normalise_source(source: str) -> str:
    """Return the name of where photos came from, in NFC, trimmed, with single spaces.

    Raises InputRefused if it is empty, longer than 100 characters or has characters that do not print.
    """
    clean = " ".join(unicodedata.normalize("NFC", source).split())
    if not 1 <= len(clean) <= LONGEST_SOURCE or not clean.isprintable():
        raise InputRefused(
            f"Expected a source of 1 to {LONGEST_SOURCE} printing characters. Received: {_shown(source)}."
        )
    return clean


def is_label(label: str) -> bool:
    """Return whether a class may be called exactly so."""
    try:
        return normalise_label(label) == label
    except UnknownLabel:
        return False


class Spellings:
    """The labels of one task: a label that differs from a known one only by case is that one."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = {_folded(label): label for label in known}

    def spelled(self, label: str) -> str:
        """Return `label` as the task spells it, remembering a new one. Raises UnknownLabel."""
        clean = normalise_label(label)
        return self._known.setdefault(_folded(clean), clean)


def _is_text(clean: str) -> bool:
    refused = any(
        character in "/\\"
        or character in TURN_TEXT_AROUND
        or unicodedata.category(character) in REFUSED_CATEGORIES
        for character in clean
    )
    visible = any(unicodedata.category(character)[0] in "LNPS" for character in clean)
    return visible and not refused


def _folded(label: str) -> str:
    return unicodedata.normalize("NFC", label.casefold())


def _shown(name: str) -> str:
    return ascii(name if len(name) <= LONGEST_LABEL else name[:LONGEST_LABEL] + "...")
