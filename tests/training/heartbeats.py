"""A wish to stop that comes exactly when a test says so."""

from lenswright.errors import TrainingStopped


class Wish:
    """Stands for the heartbeat of a run: `stop_asked` is set by the test."""

    def __init__(self, *, stop_asked: bool = False) -> None:
        self.stop_asked = stop_asked

    def check(self) -> None:
        if self.stop_asked:
            raise TrainingStopped("The run was stopped on request.")

    def check_budget(self) -> None:
        """There is always time to measure the best head so far."""
