"""Why a caller is not let in.

AccessRefused
├── KeyNeeded    no key came, and one is needed
├── InvalidKey   a key came that is unknown, revoked or expired: which of them is not told
└── RoleTooLow   the key is valid, its role is not enough
"""

from lenswright.access.roles import Role
from lenswright.errors import LenswrightError


class AccessRefused(LenswrightError):
    """The caller may not do this."""

    code = "access_refused"


class KeyNeeded(AccessRefused):
    """No key came, and one is needed."""

    code = "key_needed"

    def __init__(self) -> None:
        super().__init__(
            "Expected an API key, as 'Authorization: Bearer KEY' or 'X-API-Key: KEY'. Received: none."
        )


class InvalidKey(AccessRefused):
    """A key came that opens nothing. One text for all reasons, so that nobody learns which keys there are."""

    code = "invalid_key"

    def __init__(self) -> None:
        super().__init__("Expected a valid API key. Received: one that is unknown, revoked or expired.")


class RoleTooLow(AccessRefused):
    """The key `name` has the role `role`, which is less than the `least` that is needed."""

    code = "role_too_low"

    def __init__(self, name: str, role: Role, least: Role) -> None:
        above = "" if least is max(Role) else " or higher"
        super().__init__(
            f"Expected a key of role {least.title}{above}. Received: {name!r}, of role {role.title}."
        )
        self.least = least
