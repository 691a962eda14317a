"""The least role that an endpoint asks for: said once, where it is declared, and read from there."""

from typing import Any

from flask import Flask

from lenswright.access.roles import Role, role_of

LEAST = "x-least-role"
NONE = "none"
OPEN_TO_ALL: dict[str, Any] = {"extensions": {LEAST: NONE}}  # for `@blueprint.doc(**...)` of a page
OPEN_BY_NATURE = ("static", "openapi.spec")  # of the framework: files that everybody may have


def least_role(app: Flask, endpoint: str | None) -> Role | None:
    """Return the least role that may ask `endpoint`, None if everybody may, or if there is no such endpoint.

    One that says nothing is for admins: what was forgotten must not be open.
    """
    if endpoint is None:
        return None
    known: dict[str, Role | None] = app.extensions.setdefault(LEAST, {})
    if endpoint not in known:
        known[endpoint] = _read(app, endpoint)
    return known[endpoint]


def _read(app: Flask, endpoint: str) -> Role | None:
    said = NONE if endpoint in OPEN_BY_NATURE else declared(app, endpoint)
    if said is None:
        return Role.ADMIN
    return None if said == NONE else role_of(said)


def declared(app: Flask, endpoint: str) -> str | None:
    """Return what `endpoint` says of itself: a role, `none`, or None if it says nothing."""
    spec: dict[str, Any] = getattr(app.view_functions[endpoint], "_spec", {})  # what APIFlask keeps of `doc`
    found: str | None = spec.get("extensions", {}).get(LEAST)
    return found
