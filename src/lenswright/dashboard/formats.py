"""Numbers, times and sizes as people read them: one form for each, everywhere in the dashboard.

Values in, text out; None becomes an en dash. A thin space stands between a number and its unit.
"""

from datetime import UTC, datetime

ABSENT = "–"
UNIT_SPACE = "\u202f"
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86400


def count(value: float | None) -> str:
    """Return `1,204`."""
    return ABSENT if value is None else f"{value:,.0f}"


def percent(fraction: float | None, digits: int = 1) -> str:
    """Return `94.3 %` for 0.943."""
    return ABSENT if fraction is None else f"{fraction * 100:.{digits}f}{UNIT_SPACE}%"


def interval(low: float | None, high: float | None) -> str:
    """Return `92.8 – 95.5 %` for (0.928, 0.955)."""
    if low is None or high is None:
        return ABSENT
    return f"{low * 100:.1f} – {high * 100:.1f}{UNIT_SPACE}%"


def points(difference: float | None) -> str:
    """Return `+1.2 points` for 0.012: a difference of two shares."""
    return ABSENT if difference is None else f"{difference * 100:+.1f} points".replace("-", "−")


def milliseconds(value: float | None) -> str:
    """Return `8.4 ms` below 10, `12 ms` above, `1.20 s` from a second on."""
    if value is None:
        return ABSENT
    if value >= 1000:
        return f"{value / 1000:.2f}{UNIT_SPACE}s"
    return f"{value:.1f}{UNIT_SPACE}ms" if value < 10 else f"{value:.0f}{UNIT_SPACE}ms"


def rate(per_s: float | None) -> str:
    """Return `0.4 /s` below 10, `215 /s` above."""
    if per_s is None:
        return ABSENT
    return f"{per_s:.1f}{UNIT_SPACE}/s" if per_s < 10 else f"{per_s:,.0f}{UNIT_SPACE}/s"


def number(value: float | None, digits: int = 3) -> str:
    """Return `0.214`."""
    return ABSENT if value is None else f"{value:.{digits}f}"


def size(n_bytes: float | None) -> str:
    """Return `3.2 MB`; units of 1000, as disks and browsers count."""
    if n_bytes is None:
        return ABSENT
    for unit in ("B", "kB", "MB", "GB"):
        if n_bytes < 1000 or unit == "GB":
            break
        n_bytes /= 1000
    digits = 0 if unit == "B" or n_bytes >= 100 else 1
    return f"{n_bytes:.{digits}f}{UNIT_SPACE}{unit}"


def duration(seconds: float | None) -> str:
    """Return `42 s`, `3 min 05 s`, `2 h 14 min` or `3 d 4 h`."""
    if seconds is None:
        return ABSENT
    whole = max(0, round(seconds))
    if whole < MINUTE_S:
        return f"{whole}{UNIT_SPACE}s"
    if whole < HOUR_S:
        return f"{whole // 60}{UNIT_SPACE}min {whole % 60:02d}{UNIT_SPACE}s"
    if whole < DAY_S:
        return f"{whole // HOUR_S}{UNIT_SPACE}h {whole % HOUR_S // 60:02d}{UNIT_SPACE}min"
    return f"{whole // DAY_S}{UNIT_SPACE}d {whole % DAY_S // HOUR_S}{UNIT_SPACE}h"


def parse_time(text: str | None) -> datetime | None:
    """Return the moment of an ISO-8601 text; None when there is none or it is not one."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def ago(text: str | None, now: datetime | None = None) -> str:
    """Return `just now`, `4 min ago`, `3 h ago`, `2 d ago`."""
    moment = parse_time(text)
    if moment is None:
        return ABSENT
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    if seconds < 45:
        return "just now"
    if seconds < HOUR_S:
        return f"{max(1, round(seconds / 60))}{UNIT_SPACE}min ago"
    if seconds < DAY_S:
        return f"{seconds / HOUR_S:.0f}{UNIT_SPACE}h ago"
    return f"{seconds / DAY_S:.0f}{UNIT_SPACE}d ago"


def moment(text: str | None) -> str:
    """Return `21 Nov 2026, 07:12 UTC`."""
    parsed = parse_time(text)
    return ABSENT if parsed is None else f"{parsed.astimezone(UTC):%d %b %Y, %H:%M} UTC"


def short(name: str, most: int) -> str:
    """Return `name`, or its first letters and an ellipsis when it has more than `most`."""
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def plural(n: float, noun: str, many: str | None = None) -> str:
    """Return `1 photo`, `1,204 photos`."""
    return f"{count(n)} {noun if n == 1 else many or noun + 's'}"
