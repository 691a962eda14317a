"""Who lives, told by counts of beats alone."""

from lenswright.monitoring.pulses import SILENT_LOOKS, Pulses


def test_whoever_beats_between_two_looks_lives_however_long_that_took() -> None:
    pulses = Pulses()
    assert [pulses.silent_looks("a", beats, fresh=True) for beats in (1, 2, 90)] == [0, 0, 0]


def test_every_look_without_a_beat_counts_until_the_next_beat() -> None:
    pulses = Pulses()
    assert [pulses.silent_looks("a", beats, fresh=True) for beats in (7, 7, 7, 8)] == [0, 1, 2, 0]


def test_an_old_row_seen_for_the_first_time_is_dead_until_it_moves() -> None:
    pulses = Pulses()
    assert pulses.silent_looks("a", 7, fresh=False) == SILENT_LOOKS
    assert pulses.silent_looks("a", 8, fresh=False) == 0


def test_one_that_is_forgotten_starts_as_a_stranger() -> None:
    pulses = Pulses()
    for _ in range(3):
        pulses.silent_looks("a", 7, fresh=True)
    pulses.keep_only({"b"})
    assert pulses.silent_looks("a", 7, fresh=True) == 0
