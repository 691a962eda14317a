"""`GET /audit`: who changed what, when, from where, and how it ended."""

from typing import Any

from apiflask import APIBlueprint

from lenswright.access.audit import AuditWish
from lenswright.access.roles import Role
from lenswright.web.access_report import audit_entry
from lenswright.web.openapi import operation
from lenswright.web.paging import paged
from lenswright.web.schemas.access import AuditAnswer, AuditQuery
from lenswright.web.services import services
from lenswright.web.times import moment

blueprint = APIBlueprint("audit", __name__, tag="access")


@blueprint.get("/audit")
@blueprint.doc(
    **operation(
        "Every change, and every one that a role was too low for, newest first",
        AuditAnswer,
        least=Role.ADMIN,
        problems=(400,),
        description="A change is recorded before it is made: without an outcome it goes on or was cut short.",
    )
)
@blueprint.input(AuditQuery, location="query", arg_name="query")
def audit(query: AuditQuery) -> dict[str, Any]:
    wish = AuditWish(query.by or None, query.action or None, moment(query.since) if query.since else None)
    page = query.wanted
    total, found = services().audit.page(wish, offset=page.offset, limit=page.size)
    return paged(page, total, "entries", [audit_entry(entry) for entry in found])
