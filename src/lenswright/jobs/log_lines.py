"""Lines of a process' log as people read them."""

import json


def in_words(line: str) -> str:
    """Return what a line in JSON says, with its traceback if it has one; any other line as it is."""
    try:
        record = json.loads(line) if line.startswith("{") else None
    except ValueError:  # cut off
        return line
    if not isinstance(record, dict) or "event" not in record:
        return line
    said = [record["event"], record.get("exception")]
    return "\n".join(str(part) for part in said if part)
