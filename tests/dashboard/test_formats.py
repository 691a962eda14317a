from datetime import UTC, datetime, timedelta

import pytest

from lenswright.dashboard import formats

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (formats.percent(0.9433), "94.3\u202f%"),
        (formats.percent(1.0, 0), "100\u202f%"),
        (formats.interval(0.9284, 0.9551), "92.8 – 95.5\u202f%"),
        (formats.milliseconds(8.44), "8.4\u202fms"),
        (formats.milliseconds(12.3), "12\u202fms"),
        (formats.milliseconds(1204), "1.20\u202fs"),
        (formats.count(1204), "1,204"),
        (formats.rate(0.44), "0.4\u202f/s"),
        (formats.rate(2150), "2,150\u202f/s"),
        (formats.number(0.21449), "0.214"),
        (formats.size(8_912_345), "8.9\u202fMB"),
        (formats.size(999), "999\u202fB"),
        (formats.size(250_000_000), "250\u202fMB"),
        (formats.duration(42.4), "42\u202fs"),
        (formats.duration(185), "3\u202fmin 05\u202fs"),
        (formats.duration(8040), "2\u202fh 14\u202fmin"),
        (formats.duration(273_600), "3\u202fd 4\u202fh"),
        (formats.plural(1, "photo"), "1 photo"),
        (formats.plural(3, "class", "classes"), "3 classes"),
        (formats.short("old english sheepdog", 12), "old english…"),
        (formats.moment("2026-11-21T07:12:30.5Z"), "21 Nov 2026, 07:12 UTC"),
    ],
)
def test_values_have_one_form(text: str, expected: str) -> None:
    assert text == expected


@pytest.mark.parametrize(
    "absent",
    [
        formats.percent(None),
        formats.count(None),
        formats.milliseconds(None),
        formats.interval(None, 0.5),
        formats.size(None),
        formats.duration(None),
        formats.ago(None),
        formats.moment("yesterday"),
    ],
)
def test_what_is_absent_is_a_dash(absent: str) -> None:
    assert absent == formats.ABSENT


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(minutes=4), "4\u202fmin ago"),
        (timedelta(hours=3), "3\u202fh ago"),
        (timedelta(days=2), "2\u202fd ago"),
    ],
)
def test_ages_are_rounded_to_one_unit(age: timedelta, expected: str) -> None:
    assert formats.ago((NOW - age).isoformat(), NOW) == expected


def test_a_difference_of_shares_has_its_sign() -> None:
    assert formats.points(0.0123) == "+1.2 points"
    assert formats.points(-0.025) == "−2.5 points"
    assert formats.points(None) == formats.ABSENT
