"""Who asks: the key that the present request carries, if any, and what its role lets it do.

`identify` comes before the limits, which count by key or by address; it refuses nobody. `admit` comes after
them, so that whoever tries keys or what they may not do is slowed down like everybody else.
"""

from dataclasses import dataclass

from flask import current_app, g, request

from lenswright.access.refusals import InvalidKey, KeyNeeded, RoleTooLow
from lenswright.access.roles import Role
from lenswright.errors import LenswrightError, MalformedRequest
from lenswright.web.least_role import least_role
from lenswright.web.services import services

SCHEME = "bearer"
NOBODY = "nobody"


@dataclass(frozen=True)
class Caller:
    """Who asks. `name`: that of the key, else `nobody`; `role` is None for one who may do nothing.

    `per_minute`: the limit of the key itself, None for the service's. `refused`: why nothing that needs a
    role is open, such as InvalidKey; None where the role tells.
    """

    name: str
    role: Role | None
    key_id: int | None
    address: str
    per_minute: int | None
    refused: LenswrightError | None = None


def caller() -> Caller:
    """Return who sent the present request."""
    found: Caller = g.caller
    return found


def identify() -> None:
    """Find out who asks; to be called once, before anybody asks for `caller`."""
    g.caller = _identified()


def admit() -> None:
    """Return if the caller may ask what they ask. Raises MalformedRequest or AccessRefused."""
    least = least_role(current_app, request.endpoint)
    if least is None or request.method == "OPTIONS":  # what may be asked is no secret
        return
    who = caller()
    if who.refused is not None:
        raise who.refused
    if who.role is None:
        raise KeyNeeded
    if who.role < least:
        g.role_too_low = True
        raise RoleTooLow(who.name, who.role, least)


def _identified() -> Caller:
    here, address = services(), request.remote_addr or "unknown address"
    sent = _sent_keys()
    if not sent:
        return Caller(NOBODY, None if here.keys_needed else Role.ADMIN, None, address, None)
    if len(sent) > 1:
        twice = MalformedRequest("Expected one API key. Received: two that differ.")
        return Caller(NOBODY, None, None, address, None, twice)
    key = here.keys.find(sent.pop())
    if key is None:
        return Caller(NOBODY, None, None, address, None, InvalidKey())
    return Caller(key.name, key.role, key.id, address, key.per_minute)


def _sent_keys() -> set[str]:
    """Return what came as a key, each once; other kinds of authorization are no business of ours."""
    environ = request.environ  # its headers object takes five times as long
    scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    bearer = token.strip() if scheme.lower() == SCHEME else ""
    return {key for key in (bearer, environ.get("HTTP_X_API_KEY", "").strip()) if key}
