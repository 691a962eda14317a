"""Which of the others live, judged by whether their count of beats moves from one look to the next.

No clock is compared with another's: a clock that jumps, a laptop that slept or a database that was
locked for a while (nobody could beat, and nobody could look) makes nobody look dead.
"""

from dataclasses import dataclass

SILENT_LOOKS = 5  # a second apart; after as many without a beat it is taken for dead
GONE_LOOKS = 2  # sooner, where its process is gone, too
FORGOTTEN_LOOKS = 60


@dataclass
class _Pulse:
    beats: int
    silent: int  # looks since it last moved


class Pulses:
    """Remembers the beats of each instance that it was shown."""

    def __init__(self) -> None:
        self._pulses: dict[str, _Pulse] = {}

    def silent_looks(self, instance_id: str, beats: int, *, fresh: bool) -> int:
        """Return for how many looks it has not moved; call it once a look.

        `fresh`: whether one that is seen for the first time is to be believed.
        """
        pulse = self._pulses.get(instance_id)
        if pulse is None:
            pulse = self._pulses[instance_id] = _Pulse(beats, 0 if fresh else SILENT_LOOKS)
        elif pulse.beats != beats:
            pulse.beats, pulse.silent = beats, 0
        else:
            pulse.silent += 1
        return pulse.silent

    def keep_only(self, instance_ids: set[str]) -> None:
        """Forget all others."""
        self._pulses = {name: pulse for name, pulse in self._pulses.items() if name in instance_ids}
