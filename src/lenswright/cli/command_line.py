"""The whole command line: every command, in its group."""

import argparse
from typing import Any

from lenswright.cli import (
    check_commands,
    edit_commands,
    import_command,
    key_commands,
    machine_commands,
    model_commands,
    photo_commands,
    review_commands,
    run_commands,
    set_commands,
)
from lenswright.cli.command_group import CommandGroup

ABOUT = "Take photos in, look after them, train, compare and ask models through the lenswright API."
STATUSES = "Exit status: 0 done, 1 failed or refused, 2 not understood, 3 stopped."
GROUPS = {
    "Photos": (import_command, photo_commands),
    "The data set": (edit_commands, check_commands, set_commands, review_commands),
    "Training": (run_commands,),
    "Models": (model_commands,),
    "Access": (key_commands,),
    "This machine": (machine_commands,),
}


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line; what is parsed has `act`, the command."""
    whole = argparse.ArgumentParser(
        prog="lenswright",
        description=ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="lenswright [-h] COMMAND ...",
    )
    commands: Any = whole.add_subparsers(
        dest="command", required=True, metavar="COMMAND", prog="lenswright", help=argparse.SUPPRESS
    )
    groups = [CommandGroup(title, commands) for title in GROUPS]
    for group, modules in zip(groups, GROUPS.values(), strict=True):
        for module in modules:
            module.add_to(group)
    told = "\n\n".join(group.told() for group in groups)
    whole.epilog = f"{told}\n\nlenswright COMMAND --help says more. {STATUSES}"
    return whole
