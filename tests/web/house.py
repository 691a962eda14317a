"""A service that needs keys, and keys of each role."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lenswright.access.keys import KeyWish
from lenswright.access.roles import Role
from lenswright.settings import Settings
from lenswright.web.app import create_app
from lenswright.web.services import Services, build_services


@dataclass(frozen=True)
class House:
    """A service with its app; `keys` by role, and by any other name that a test gives them."""

    services: Services
    app: APIFlask
    keys: dict[str, str] = field(repr=False)

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def ask(self, call: str, as_: str | None = None, **options: Any) -> TestResponse:
        """Ask `POST /train` with the key called `as_`, without one if that is None."""
        method, _, path = call.partition(" ")
        headers = options.pop("headers", {}) | ({"X-API-Key": self.keys[as_]} if as_ else {})
        return self.client.open(path, method=method, headers=headers, **options)


def open_house(home: Path, **changes: Any) -> House:
    """Return a service in `home` that needs keys unless `changes` say otherwise; the caller closes it."""
    settings = Settings(**{"home": home, "require_keys": "yes", "_env_file": None, **changes})
    services = build_services(settings)
    keys = {
        role.title: services.keys.keys.create(KeyWish(f"the {role.title}", role), by="test")[1]
        for role in Role
    }
    return House(services, create_app(settings, services), keys)
