"""Roles are in one order, and known by name."""

import pytest

from lenswright.access.roles import ROLES, Role, role_of
from lenswright.errors import MalformedRequest


def test_each_role_may_do_more_than_the_one_before_it() -> None:
    assert ROLES == ("viewer", "labeller", "trainer", "admin")
    assert sorted(Role) == [role_of(name) for name in ROLES]


@pytest.mark.parametrize("name", ["", "Admin", "root", "1"])
def test_an_unknown_role_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(MalformedRequest, match="viewer, labeller, trainer, admin"):
        role_of(name)
