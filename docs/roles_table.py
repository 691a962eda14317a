"""The table of roles in docs/roles.md, made from what the endpoints themselves declare.

`python docs/roles_table.py` writes it anew; a test fails when it is out of date.
"""

import tempfile
from pathlib import Path

from apiflask import APIFlask

from lenswright.access.roles import ROLES, Role
from lenswright.settings import Settings
from lenswright.web.app import create_app
from lenswright.web.least_role import least_role
from lenswright.web.openapi import path_of
from lenswright.web.services import build_services

PAGE = Path(__file__).resolve().parent / "roles.md"
BEGIN, END = "<!-- roles: begin -->\n", "<!-- roles: end -->"


def endpoints(app: APIFlask) -> dict[str, Role | None]:
    """Return the least role of each `METHOD /path` of `app`, by path."""
    found = {
        f"{method} {path_of(rule.rule)}": least_role(app, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    }
    return dict(sorted(found.items(), key=lambda item: item[0].partition(" ")[2]))


def roles_table(app: APIFlask) -> str:
    """Return the table in Markdown: a line for each endpoint, a column for each kind of caller."""
    lines = [f"| call | no key | {' | '.join(ROLES)} |", f"|---|---|{'---|' * len(ROLES)}"]
    for call, least in endpoints(app).items():
        may = [least is None, *(least is None or role >= least for role in Role)]
        lines.append(f"| `{call}` |{''.join(' yes |' if one else ' |' for one in may)}")
    return "\n".join(lines) + "\n"


def with_table(text: str, app: APIFlask) -> str:
    """Return the page `text` with the present table between its markers."""
    before, rest = text.split(BEGIN)
    return before + BEGIN + roles_table(app) + END + rest.split(END)[1]


def write(home: Path) -> None:
    """Write the page anew, with a service in `home` that nobody asks."""
    settings = Settings(home=home, _env_file=None)  # type: ignore[call-arg]
    services = build_services(settings)
    PAGE.write_text(with_table(PAGE.read_text(), create_app(settings, services)))
    services.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder))
