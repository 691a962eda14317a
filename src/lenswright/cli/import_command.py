"""The command that imports a folder; what does it is loaded only then."""

from pathlib import Path

from lenswright.cli.arguments import common
from lenswright.cli.command_group import CommandGroup
from lenswright.cli.session import Session

LAYOUTS = ("auto", "folders", "csv", "flat", "none")
SPLITS = ("train", "validation", "test")


def add_to(group: CommandGroup) -> None:
    """Add the command."""
    adding = group.add(
        "import",
        "take in a folder or zip on this machine",
        import_folder,
        [common()],
    )
    adding.add_argument("path", type=Path, metavar="PATH", help="a folder, a zip, or a CSV beside its photos")
    adding.add_argument(
        "--layout",
        choices=LAYOUTS,
        default="auto",
        help="where the labels are: class folders (train/cat/1.jpg), a CSV (file,label), flat names"
        " (cat.1.jpg), none; default: auto, which says what it took",
    )
    adding.add_argument(
        "--source", metavar="NAME", help="where they come from (default: as the CSV says, else: import)"
    )
    adding.add_argument(
        "--home",
        type=Path,
        help="folder of data/ and uploads/; default: LENSWRIGHT_HOME, else the clone that this command is"
        " part of, else this folder, refused if the service that answers uses another",
    )
    adding.add_argument("--label", metavar="NAME", help="the class of all of them")
    adding.add_argument("--split", choices=SPLITS, help="the split of all of them")


def import_folder(session: Session) -> int:
    """Take a folder in."""
    from lenswright.cli.importing import run  # NumPy and Pillow, which no other command needs

    return run(session)
