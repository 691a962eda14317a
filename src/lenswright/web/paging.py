"""A part of a long list as JSON."""

from typing import Any

from lenswright.dataset.paging import Page


def paged(page: Page, total: int, name: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one page of the `total` items of a list called `name`."""
    return {"page": page.number, "page_size": page.size, "total": total, name: items}
