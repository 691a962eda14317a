"""The form of a key, and what is kept of it."""

import hashlib

import pytest

from lenswright.access.secret import FORM, fingerprint, new_secret, opens, read, written


def test_a_key_has_the_form_that_scanners_know() -> None:
    text = written(17, new_secret())
    assert FORM.fullmatch(text)
    assert text.startswith("lw_17_")
    presented = read(text)
    assert presented is not None
    assert written(presented.key_id, presented.secret) == text


def test_no_two_secrets_are_alike_and_all_digits_occur() -> None:
    made = [new_secret() for _ in range(300)]
    assert len(set(made)) == 300
    assert len(set("".join(made))) == 62
    assert {len(secret) for secret in made} == {43}


@pytest.mark.parametrize(
    "text",
    ["", "lw_", "lw_1_short", "lw_0_" + "a" * 43, "lw_x_" + "a" * 43, "lw_1_" + "ä" * 43, "lw_1_" + "a" * 44,
     "lw_12345678901_" + "a" * 43, " lw_1_" + "a" * 43, "lw_1_" + "a" * 43 + "\n"],
)  # fmt: skip
def test_what_has_another_form_presents_nothing(text: str) -> None:
    assert read(text) is None


def test_a_secret_is_not_shown_with_what_presents_it() -> None:
    secret = new_secret()
    assert secret not in repr(read(written(1, secret)))


def test_only_the_secret_itself_opens() -> None:
    secret = new_secret()
    kept = fingerprint(secret)
    assert kept == hashlib.sha256(secret.encode()).hexdigest()
    assert opens(secret, kept)
    assert not opens(new_secret(), kept)
    assert not opens(secret, None)
