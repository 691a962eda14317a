"""Files that never change under their address: the browser keeps them and asks no more."""

from collections.abc import Callable

from flask import Response, request

YEAR_S = 31_536_000


def unchanging(etag: str, content_type: str, read: Callable[[], bytes]) -> Response:
    """Return the bytes that `read` gives, or 304 without reading if the client has `etag` already."""
    if request.if_none_match.contains(etag):
        response = Response(status=304)
    else:
        response = Response(read(), content_type=content_type)
    response.set_etag(etag)
    response.cache_control.private = True
    response.cache_control.max_age = YEAR_S
    response.cache_control.immutable = True
    return response
