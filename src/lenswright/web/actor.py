"""Who asks: what the audit log and the trail of edits say of the present request."""

from lenswright.web.caller import caller


def actor() -> str:
    """Return the key and the address of the present request, e.g. `key 'lab-3' from 10.0.0.7`."""
    who = caller()
    return f"api, {who.address}" if who.key_id is None else f"key {who.name!r} from {who.address}"
