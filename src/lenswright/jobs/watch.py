"""How long something has stayed as it is, by our own clock.

Times in the database are not compared with ours: a laptop that slept, or a second clock, would
make a healthy run look silent for hours.
"""

from collections.abc import Callable, Hashable


class Watch:
    """Remembers, for the one run it is asked about, when each thing was first seen as it is."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._run_id = -1
        self._seen: dict[str, tuple[Hashable, float]] = {}

    def unchanged_s(self, run_id: int, value: Hashable) -> float:
        """Return for how many seconds `value` of the run has been seen unchanged."""
        return self._age(run_id, "value", value)

    def since_s(self, run_id: int, event: str) -> float:
        """Return how many seconds ago `event` of the run was first seen."""
        return self._age(run_id, event, True)

    def _age(self, run_id: int, name: str, value: Hashable) -> float:
        if run_id != self._run_id:
            self._run_id, self._seen = run_id, {}
        now = self._clock()
        if name not in self._seen or self._seen[name][0] != value:
            self._seen[name] = (value, now)
        return now - self._seen[name][1]
