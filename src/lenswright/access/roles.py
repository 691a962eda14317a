"""Roles: what a key may do. Each may do all that the one before it may, and more."""

from enum import IntEnum

from lenswright.errors import MalformedRequest


class Role(IntEnum):
    """A role; a greater one may do more."""

    VIEWER = 1
    LABELLER = 2
    TRAINER = 3
    ADMIN = 4

    @property
    def title(self) -> str:
        """Its name as people write it: `viewer`."""
        return self.name.lower()


ROLES = tuple(role.title for role in Role)


def role_of(name: str) -> Role:
    """Return the role called `name`. Raises MalformedRequest."""
    if name not in ROLES:
        raise MalformedRequest(f"Expected a role: {', '.join(ROLES)}. Received: {name!r}.")
    return Role[name.upper()]
