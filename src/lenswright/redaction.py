"""Text in, the same text without secrets out: for logs, error messages and the tails of trainers' output.

Known by their shape: our own keys, passwords in URLs, secret parts of queries and settings, Authorization and
API key headers. Known by their value: what the environment holds under names such as AWS_SECRET_ACCESS_KEY,
WANDB_API_KEY or MLFLOW_TRACKING_PASSWORD, which libraries may print in any sentence.
"""

import os
import re
from collections.abc import Iterable, Mapping

HIDDEN = "***"
SHORTEST_SECRET = 8  # a shorter value, such as "true", would be cut out of innocent words
_SECRET_NAME = re.compile(r"(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_KEY|CREDENTIALS?)(?:_ID)?$", re.I)
_NAMED = r"[\w.-]*(?:password|passwd|secret|token|api[_-]?key|access[_-]?key(?:_id)?)"
_SHAPES = (
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s:/?#@'\"]*):(?!\d+(?:/|$))[^\s'\"]*@", re.I), rf"\1:{HIDDEN}@"),
    (re.compile(rf"([?&;]{_NAMED}=)[^\s&;'\"]+", re.I), rf"\1{HIDDEN}"),
    (re.compile(rf"(\b{_NAMED}['\"]?\s*[=:]\s*['\"]?)(?!Bearer )[^\s,;&'\"}}]+", re.I), rf"\1{HIDDEN}"),
    (re.compile(r"(\b(?:Bearer|Basic)\s+)[\w.~+/=-]{8,}", re.I), rf"\1{HIDDEN}"),
    (re.compile(r"(\blw_\d+_)[0-9A-Za-z]{20,}"), rf"\1{HIDDEN}"),  # our own keys, or most of one
)
_MAY_HOLD_ONE = re.compile(r"://|passw|secret|token|key|bearer|basic|lw_", re.I)  # nearly no line does


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` with `***` in place of what looks like a secret, and of each of `secrets`."""
    for secret in secrets:
        if secret in text:
            text = text.replace(secret, HIDDEN)
    if not _MAY_HOLD_ONE.search(text):
        return text
    for shape, instead in _SHAPES:
        text = shape.sub(instead, text)
    return text


def secrets_of(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the values of those variables whose names say that they are secrets, the longest first.

    And the passwords in those that are URLs.
    """
    found = {
        value
        for name, value in environment.items()
        if _SECRET_NAME.search(name) and len(value) >= SHORTEST_SECRET
    }
    urls = (
        re.match(r"[a-z][a-z0-9+.-]*://[^:/?#@]*:([^/?#]+)@", value, re.I) for value in environment.values()
    )
    found |= {url[1] for url in urls if url and len(url[1]) >= SHORTEST_SECRET}
    return tuple(sorted(found, key=len, reverse=True))
