"""Which part of a long list is asked for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """Page `number` (1, 2, ...) of a list, `size` items on each."""

    number: int = 1
    size: int = 50

    @property
    def offset(self) -> int:
        """How many items come before it."""
        return (self.number - 1) * self.size


FIRST_PAGE = Page()
