"""Commands on the machine itself; what does them is loaded only then."""

from lenswright.cli.arguments import count, in_home, task_named
from lenswright.cli.command_group import CommandGroup
from lenswright.cli.session import Session

MEASURED_S = 20


def add_to(group: CommandGroup) -> None:
    """Add the commands."""
    group.add("doctor", "check the installation, without a running service", doctor, [in_home()])
    tuning = group.add(
        "tune-serving",
        "measure this machine and say which settings suit it",
        tune_serving,
        [in_home(), task_named()],
    )
    tuning.add_argument(
        "--seconds", type=count, default=MEASURED_S, help=f"how long to measure (default: {MEASURED_S})"
    )


def doctor(session: Session) -> int:
    """Check the installation."""
    from lenswright.cli.diagnosing import doctor as run  # ONNX Runtime, which no other command needs

    return run(session)


def tune_serving(session: Session) -> int:
    """Measure this machine."""
    from lenswright.cli.diagnosing import tune_serving as run

    return run(session)
