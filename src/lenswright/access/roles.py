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

    @property
    def adds(self) -> str:
        """What it may do that the one before it may not."""
        return _ADDS[self]


_ADDS = {
    Role.VIEWER: "predict, and read everything but keys and the audit log",
    Role.LABELLER: "take photos in, label, delete to the bin and restore, review, undo, fuse, check",
    Role.TRAINER: "train, stop, resume, export formats, promote, roll back",
    Role.ADMIN: "keys, the audit log, forgetting photos for good",
}
ROLES = tuple(role.title for role in Role)


def role_of(name: str) -> Role:
    """Return the role called `name`. Raises MalformedRequest."""
    if name not in ROLES:
        raise MalformedRequest(f"Expected a role: {', '.join(ROLES)}. Received: {name!r}.")
    return Role[name.upper()]
