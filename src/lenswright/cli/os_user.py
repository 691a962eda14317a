"""Who sits at the command line, as the records of changes call them."""

import getpass
import os


def os_user() -> str:
    """Return `command line, tom`."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # in a container, the user may have a number only
        name = str(os.getuid())
    return f"command line, {name}"
