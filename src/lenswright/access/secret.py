"""What opens a door: `lw_<id>_<43 letters and digits>`, made here and never kept.

The form is fixed, so that scanners of code and logs can know a key that was left lying about.
"""

import hashlib
import hmac
import re
import secrets
import string
from dataclasses import dataclass, field

DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase  # base 62
RANDOM_BYTES = 32
LENGTH = 43  # of 2**256 in base 62
FORM = re.compile(rf"lw_([1-9][0-9]{{0,9}})_([0-9A-Za-z]{{{LENGTH}}})")


@dataclass(frozen=True)
class Presented:
    """What a caller sent: the number of a key, and what is to be proven."""

    key_id: int
    secret: str = field(repr=False)


def new_secret() -> str:
    """Return 256 random bits as 43 letters and digits."""
    number, letters = int.from_bytes(secrets.token_bytes(RANDOM_BYTES)), ""
    for _ in range(LENGTH):
        number, digit = divmod(number, len(DIGITS))
        letters += DIGITS[digit]
    return letters


def written(key_id: int, secret: str) -> str:
    """Return the key as it is handed over and sent."""
    return f"lw_{key_id}_{secret}"


def read(text: str) -> Presented | None:
    """Return what `text` presents, None if it has not the form of a key."""
    found = FORM.fullmatch(text)
    return Presented(int(found[1]), found[2]) if found else None


def fingerprint(secret: str) -> str:
    """Return the SHA-256 that is kept instead of the secret, as 64 hex digits.

    A slow hash protects passwords, which can be guessed; 256 random bits cannot, however fast one tries,
    and a request must not wait for it.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


NO_FINGERPRINT = "0" * 64  # of no secret that anybody knows; stands in for the keys that are not there


def opens(secret: str, kept: str | None) -> bool:
    """Return whether `secret` is what the fingerprint `kept` was made of; None costs the same, and is not."""
    return hmac.compare_digest(fingerprint(secret), kept or NO_FINGERPRINT) and kept is not None
