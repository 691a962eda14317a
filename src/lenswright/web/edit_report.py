"""Uploads and other edits as JSON."""

from dataclasses import asdict
from typing import Any

from lenswright.dataset.edit_history import Edit, EditEntry, entries_page
from lenswright.dataset.forgetting import Forgotten
from lenswright.storage.database import Database
from lenswright.web.paging import paged
from lenswright.web.schemas.batches import EntriesQuery
from lenswright.web.times import iso, iso_or_none


def edit_json(edit: Edit) -> dict[str, Any]:
    """Return what lists of edits show of one."""
    return asdict(edit) | {"at": iso(edit.at), "ended_at": iso_or_none(edit.ended_at)}


def entry_json(entry: EditEntry) -> dict[str, Any]:
    """Return what an edit did to one photo or file."""
    return {name: value for name, value in asdict(entry).items() if name != "edit_id"}


def forgotten_json(done: Forgotten, models: list[str]) -> dict[str, Any]:
    """Return what was forgotten, for whom bytes were kept, and the `models` that saw any of it."""
    told = {"edit": done.edit, "changed": done.changed, "models": models}
    listed = {name: [asdict(one) for one in getattr(done, name)] for name in ("edits", "kept_for")}
    return told | listed


def edit_with_entries(database: Database, edit: Edit, query: EntriesQuery) -> dict[str, Any]:
    """Return an edit and a page of its entries."""
    total, entries = entries_page(database, edit.id, outcome=query.outcome, page=query.wanted)
    return edit_json(edit) | paged(query.wanted, total, "entries", [entry_json(entry) for entry in entries])
