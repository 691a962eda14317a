"""API keys: make one, list them, revoke one."""

from typing import Any

from apiflask import APIBlueprint

from lenswright.access.roles import Role
from lenswright.web.access_report import key_entry
from lenswright.web.actor import actor
from lenswright.web.key_body import key_wish
from lenswright.web.openapi import json_body, operation
from lenswright.web.schemas.access import KeyBody, KeyEntry, KeyMadeAnswer, KeysAnswer
from lenswright.web.services import services

blueprint = APIBlueprint("keys", __name__, tag="access")


@blueprint.get("/keys")
@blueprint.doc(**operation("Every key that ever was, newest first", KeysAnswer, least=Role.ADMIN))
def keys() -> dict[str, Any]:
    here = services()
    found = here.keys.keys.all()
    return {"keys": [key_entry(key, here.clock()) for key in found], "needed": here.keys_needed}


@blueprint.post("/keys")
@blueprint.doc(
    **operation(
        "Make a key",
        KeyMadeAnswer,
        least=Role.ADMIN,
        status=201,
        problems=(400, 409),
        body=json_body(KeyBody, {"name": "lab-3", "role": "labeller", "expires_days": 90}),
        description="`key` is told in this answer only: what is kept is its hash. Other instances know it"
        " when it is used.",
    )
)
def make_key() -> tuple[dict[str, Any], int]:
    here = services()
    key, secret = here.keys.keys.create(key_wish(), by=actor())
    here.keys.refresh()
    return key_entry(key, here.clock()) | {"key": secret}, 201


@blueprint.post("/keys/<int(max=2147483647):key_id>/revoke")
@blueprint.doc(
    **operation(
        "Let a key open nothing any more",
        KeyEntry,
        least=Role.ADMIN,
        problems=(404,),
        description="At once on this instance, within three seconds on all others. It cannot be undone.",
    )
)
def revoke_key(key_id: int) -> dict[str, Any]:
    here = services()
    key = here.keys.keys.revoke(key_id, by=actor())
    here.keys.refresh()
    return key_entry(key, here.clock())
