"""The check of the data: order one, and read what the last one found."""

from typing import Any

from apiflask import APIBlueprint

from lenswright.access.roles import Role
from lenswright.dataset.conflicts import conflicts_page
from lenswright.dataset.duplicate_groups import duplicate_groups_page
from lenswright.dataset.suggestions import suggestions_page
from lenswright.errors import NotFound
from lenswright.web.check_report import advice_entry, conflict_entry, group_entry, suggestion_entry
from lenswright.web.openapi import json_body, operation
from lenswright.web.paging import paged
from lenswright.web.run_order import ordered
from lenswright.web.schemas.base import TaskQuery
from lenswright.web.schemas.checks import (
    AdviceAnswer,
    CheckBody,
    ConflictsAnswer,
    DuplicatesAnswer,
    DuplicatesQuery,
    SuggestionsAnswer,
)
from lenswright.web.schemas.paging import TaskPageQuery
from lenswright.web.schemas.training import SubmittedAnswer
from lenswright.web.services import services
from lenswright.web.tasks import task_of
from lenswright.web.times import iso_or_none

blueprint = APIBlueprint("checks", __name__, tag="photos")


@blueprint.post("/dataset/check")
@blueprint.doc(
    **operation(
        "Look for wrong labels, near-duplicates and what would help most",
        SubmittedAnswer,
        least=Role.LABELLER,
        status=202,
        problems=(400, 409, 422),
        body=json_body(CheckBody, {"task": "cats-vs-dogs"}),
        description="A run like any other: follow it at `/training-status`. Every labelled photo is looked"
        " at once; later checks only look at new ones.",
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def check(query: TaskQuery) -> tuple[dict[str, Any], int]:
    return ordered(query.task, "check")


@blueprint.get("/dataset/suggestions")
@blueprint.doc(
    **operation(
        "Labels that look wrong, the most doubtful first",
        SuggestionsAnswer,
        least=Role.VIEWER,
        problems=(400, 422),
        description="Of the last check, less what was relabelled, confirmed or deleted since.",
    )
)
@blueprint.input(TaskPageQuery, location="query", arg_name="query")
def suggestions(query: TaskPageQuery) -> dict[str, Any]:
    here, task = services(), task_of(query.task)
    total, found = suggestions_page(here.database, task, query.wanted)
    last = here.journal.last_completed(task, "check")
    return paged(query.wanted, total, "suggestions", [suggestion_entry(*pair) for pair in found]) | {
        "checked_at": iso_or_none(last.ended_at if last else None),
        "run_id": last.id if last else None,
    }


@blueprint.get("/dataset/duplicates")
@blueprint.doc(
    **operation(
        "Photos that look alike, group by group",
        DuplicatesAnswer,
        least=Role.VIEWER,
        problems=(400, 422),
        description="Those with several labels come first, then the largest.",
    )
)
@blueprint.input(DuplicatesQuery, location="query", arg_name="query")
def duplicates(query: DuplicatesQuery) -> dict[str, Any]:
    total, found = duplicate_groups_page(
        services().database, task_of(query.task), query.wanted, conflicting=query.conflicting
    )
    return paged(query.wanted, total, "groups", [group_entry(group) for group in found])


@blueprint.get("/dataset/conflicts")
@blueprint.doc(
    **operation(
        "Pictures that came again with another label, the newest first",
        ConflictsAnswer,
        least=Role.VIEWER,
        problems=(400, 422),
        description="Until somebody relabels, confirms or deletes the photo.",
    )
)
@blueprint.input(TaskPageQuery, location="query", arg_name="query")
def conflicts(query: TaskPageQuery) -> dict[str, Any]:
    total, found = conflicts_page(services().database, task_of(query.task), query.wanted)
    return paged(query.wanted, total, "conflicts", [conflict_entry(one) for one in found])


@blueprint.get("/dataset/advice")
@blueprint.doc(
    **operation(
        "Which photos would help most, by the last check",
        AdviceAnswer,
        least=Role.VIEWER,
        problems=(400, 404, 422),
        description="The learning curve is measured on photos that the models have not seen.",
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def advice(query: TaskQuery) -> dict[str, Any]:
    here, task = services(), task_of(query.task)
    last = here.journal.last_completed(task, "check")
    if last is None:
        raise NotFound("check of the task", task)
    return advice_entry(last)
