"""A mapping of classes as people write it: lines of `class = new name` in, what the API takes out."""

from lenswright.errors import InputRefused

SOURCES = 4  # the most tasks that one form builds from


def mapping_of(rest: str | None, rules: str | None) -> dict[str, str | None]:
    """Return {class: new name or None}, "*" for every other class; None drops it.

    Raises InputRefused for a line without `=` and for a mapping that names nothing.
    """
    mapping: dict[str, str | None] = {}
    for line in (rules or "").splitlines():
        if not line.strip():
            continue
        label, found, name = line.partition("=")
        if not found or not label.strip():
            raise InputRefused(f"Expected lines of the form: class = new name. Received: {line.strip()!r}.")
        mapping[label.strip()] = name.strip() or None
    mapping["*"] = (rest or "").strip() or None
    if not any(mapping.values()):
        raise InputRefused("Expected a new name for at least one class of each source. Received: none.")
    return mapping
