"""The key that this machine's user has: from the environment or `.env`, never from the command line.

What stands on a command line is seen by everybody on the machine, and kept by the shell.
"""

import os
from pathlib import Path

KEY_VARIABLE = "LENSWRIGHT_API_KEY"
ENV_FILE = Path(".env")


def own_key() -> str | None:
    """Return the key to send, None if there is none."""
    key = os.environ.get(KEY_VARIABLE)
    if not key and ENV_FILE.is_file():
        from dotenv import dotenv_values  # nearly nobody has the file

        key = dotenv_values(ENV_FILE).get(KEY_VARIABLE)
    return (key or "").strip() or None
