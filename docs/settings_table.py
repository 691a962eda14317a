"""The settings table of the README, made from the settings themselves.

`python docs/settings_table.py` writes it anew; a test fails when it is out of date.
"""

from pathlib import Path
from typing import Any

from lenswright.settings import PREFIX, Settings

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- settings: begin -->\n", "<!-- settings: end -->"


def settings_table() -> str:
    """Return the table in Markdown, one line for each setting."""
    lines = ["| variable | default | what |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        what = (field.description or "").replace("<", "&lt;")
        lines.append(f"| `{PREFIX}{name.upper()}` | {_shown(field.default)} | {what} |")
    return "\n".join(lines) + "\n"


def with_table(text: str) -> str:
    """Return the README `text` with the present table between its markers."""
    before, rest = text.split(BEGIN)
    return before + BEGIN + settings_table() + END + rest.split(END)[1]


def _shown(default: Any) -> str:
    if default is None or default == "":
        return ""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default}`"


if __name__ == "__main__":
    README.write_text(with_table(README.read_text()))
