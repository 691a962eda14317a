"""What a class of one task is called in another: `{"*": "dog"}` makes dogs of all breeds."""

from collections.abc import Callable, Iterable

from lenswright.dataset.fusion_wish import OTHERS, FusionSource
from lenswright.dataset.labels import Spellings
from lenswright.errors import InputRefused, UnknownLabel

SHOWN = 20


def map_labels(source: FusionSource, known: Iterable[str], spelled: Callable[[str], str]) -> dict[str, str]:
    """Return the new label of each of the `known` labels of the source that is to be copied.

    `spelled` gives a new label the spelling of the task it goes to. Names are compared whatever their
    case. Raises UnknownLabel for a label the source does not have or that is no usable name,
    InputRefused for one that is named twice.
    """
    labels = sorted(known)
    named = _named(source, labels)
    others = source.labels.get(OTHERS)
    found = {}
    for label in labels:
        new = named.get(label, others)
        if new is not None:
            found[label] = spelled(label if new == OTHERS else new)
    return found


def _named(source: FusionSource, labels: list[str]) -> dict[str, str | None]:
    spellings, named = Spellings(labels), dict[str, str | None]()
    for name, new in source.labels.items():
        if name == OTHERS:
            continue
        label = spellings.spelled(name)
        if label not in labels:
            raise UnknownLabel(f"Expected labels of the task {source.task!r}: {listed(labels)}."
                               f" Received: {name!r}.")  # fmt: skip
        if label in named:
            raise InputRefused(f"Expected each label of {source.task!r} once. Received twice: {label!r}.")
        named[label] = new
    return named


def listed(names: list[str]) -> str:
    """Return the first 20 of `names` as text, and how many more there are."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more if names else "there are none"
