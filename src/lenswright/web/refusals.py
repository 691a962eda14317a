"""Why a request is refused before anything of it is read; only the web layer knows these errors.

RequestRefused
├── UnexpectedHost   asked under a name that is not ours
├── ForeignPage      a page of another web site made a browser ask
└── RateLimited      too many requests in the last minute
"""

from lenswright.errors import LenswrightError

LONGEST_SHOWN = 200


class RequestRefused(LenswrightError):
    """Not answered, whatever it asks for."""

    code = "request_refused"


class UnexpectedHost(RequestRefused):
    """Asked under a name that is not ours: what a page of another web site would do that calls itself us."""

    code = "unexpected_host"

    def __init__(self, host: str, *, known: str) -> None:
        super().__init__(
            f"Expected to be asked under one of the names {known}. Received: {host[:LONGEST_SHOWN]!r}."
            " If that is ours, name it in LENSWRIGHT_ALLOWED_HOSTS."
        )


class ForeignPage(RequestRefused):
    """A page of `origin`, which is not ours, made a browser send this."""

    code = "foreign_page"

    def __init__(self, origin: str) -> None:
        super().__init__(
            "Expected a request of a program, or of a page of this service. Received: one that a page of"
            f" {origin[:LONGEST_SHOWN]!r} made a browser send. If it may, name that origin in"
            " LENSWRIGHT_CORS_ORIGINS."
        )


class RateLimited(RequestRefused):
    """More than `limit` of `what` within `window_s`; it opens again after `retry_after_s`."""

    code = "rate_limited"

    def __init__(self, what: str, *, limit: int, window_s: int, retry_after_s: int) -> None:
        window = "minute" if window_s == 60 else f"{window_s} s"
        super().__init__(
            f"Expected at most {limit} {what} a {window}. Received: more. Wait {retry_after_s} s."
        )
        self.retry_after_s = retry_after_s
