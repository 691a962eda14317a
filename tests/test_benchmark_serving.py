"""The serving benchmark and the soak: what they compute, and one small real run without new environments."""

import sys
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks import contenders, http_load, rounds, soak, swaps, wrk
from benchmarks.contenders import OURS, Measuring, chosen_bundle, new_home, start_ours, start_peer
from benchmarks.floor import measure_floor
from benchmarks.goals import Goal, reached
from benchmarks.http_load import Measured
from benchmarks.peers.environment import COMPLETE, PEERS, PeerNotInstalled, environment
from benchmarks.photos import photo_pool
from benchmarks.rounds import Batched, Drill, Turn, take_turns
from benchmarks.serving import bars_of, rows_of
from benchmarks.serving_plot import Bar, serving_plot
from benchmarks.soak_curve import Sample, compare, curve_plot, to_csv
from benchmarks.swaps import Weighed, weigh
from benchmarks.wrk import best_driver, parse

SVG = "{http://www.w3.org/2000/svg}"


def measured(per_s: float, latencies_ms: Sequence[float] = (10.0, 15.0), errors: int = 0) -> Measured:
    latencies = tuple(latencies_ms)
    return Measured(latencies, errors, len(latencies) / per_s)


def turn(server: str, per_s: float, **changes: object) -> Turn:
    given = {
        "start_s": 1.0, "loads": {8: measured(per_s)}, "cpu_ms": {8: 4.0}, "memory_mb": 150.0,
        "all_memory_mb": 160.0, "batched": Batched(0.95 * per_s, 0, 170.0) if server == OURS else None,
    }  # fmt: skip
    return Turn(server, **given | changes)  # type: ignore[arg-type]


def sample(at_s: float, memory_mb: float, descriptors: int = 20) -> Sample:
    return Sample(at_s, memory_mb, descriptors, 12, 400.0, 30.0, 0)


@pytest.fixture(scope="module")
def measuring() -> Measuring:
    return Measuring(*chosen_bundle(None, None, "cats-vs-dogs"), cpus=2)


def test_what_wrk_says_of_itself_is_left_out() -> None:
    said = 'Running 1s test\nMEASURED {"seconds": 2.0, "errors": 3, "latencies_ms": [5.5,1.5]}\n'
    assert parse("Requests/sec: 9\n" + said) == Measured((1.5, 5.5), 3, 2.0)
    with pytest.raises(ValueError, match="unable to connect"):
        parse("unable to connect to 127.0.0.1")


def test_a_missing_wrk_is_replaced_unless_it_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert best_driver() == ("own", http_load.drive)
    with pytest.raises(FileNotFoundError, match="apt install wrk"):
        best_driver("wrk")


def test_ratios_are_of_the_same_round() -> None:
    turns = [turn(OURS, 400.0), turn("bare loop", 500.0), turn(OURS, 200.0), turn("bare loop", 200.0)]
    goals = {goal.what: goal for goal in reached(turns, [800.0, 250.0], 8, None)}
    assert goals["requests/s, times bare loop"].value == pytest.approx(0.9)  # of 0.8 and 1.0
    assert goals["share of the physical floor"].value == pytest.approx(0.65)  # of 0.5 and 0.8
    assert goals["p99 / p50"].value == 1.0
    assert not any("bentoml" in what or "memory" in what for what in goals)


def test_a_peer_that_answered_nothing_was_not_beaten() -> None:
    silent = turn("keras", 1.0, loads={8: Measured((), 8, 6.0)})
    goals = {goal.what: goal for goal in reached([turn(OURS, 400.0), silent], [500.0], 8, None)}
    assert not goals["requests/s, times keras"].met


def test_wrong_answers_and_memory_miss_their_goals() -> None:
    turns = [turn(OURS, 400.0, loads={8: measured(400.0, errors=1)})]
    weighed = Weighed(90.0, 181.0, requests=10_000, errors=0, swaps=20)
    missed = [goal.what for goal in reached(turns, [500.0], 8, weighed) if not goal.met]
    assert missed == ["wrong answers", "memory after 10000 requests and 20 swaps, MB"]


@pytest.mark.parametrize(("at_most", "met"), [(False, (False, True, True)), (True, (True, True, False))])
def test_a_goal_is_met_at_its_bound(at_most: bool, met: tuple[bool, ...]) -> None:
    assert tuple(Goal("x", value, 2.0, at_most).met for value in (1.9, 2.0, 2.1)) == met


def test_the_table_has_medians_and_how_many_times_faster_we_are() -> None:
    turns = [turn(OURS, 400.0), turn("keras", 20.0), turn(OURS, 300.0), turn("keras", 30.0)]
    ours, keras = rows_of(turns, [8])
    assert (ours["per_s"], ours["ours_times"]) == (350.0, 1.0)
    assert (keras["server"], keras["per_s"], keras["ours_times"]) == ("keras", 25.0, 15.0)


def test_the_bars_of_the_plot_are_as_long_as_the_numbers_say() -> None:
    bars = [Bar("lenswright", 8, 400.0, 20.0, 35.0), Bar("a < b", 8, 100.0, 80.0, float("nan"))]
    drawn = ET.fromstring(serving_plot(bars, 500.0, "R & D"))
    ours, other = [float(rect.get("width", "")) for rect in drawn.iter(f"{SVG}rect") if rect.get("rx")]
    assert ours == pytest.approx(4 * other, rel=0.01)
    texts = [text.text for text in drawn.iter(f"{SVG}text")]
    assert {"a < b, 8", "400", "20 to 35", "R & D"} <= set(texts)


def test_the_warm_up_does_not_count() -> None:
    samples = [sample(-30, 90.0), *(sample(60.0 * minute, 100.0 + minute) for minute in range(1, 11))]
    memory = compare(samples)["memory_mb"]
    assert (memory.first, memory.last) == (101.0, 110.0)
    with pytest.raises(ValueError, match="after the warm-up"):
        compare(samples[:1])


def test_a_soak_says_what_grew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.record.RESULTS", tmp_path)
    plan = soak.Plan(10, 1, 8, 30)
    flat = [sample(60.0 * minute, 100.0) for minute in range(1, 11)]
    for last, fine in (
        (sample(660.0, 104.0), True),
        (sample(660.0, 106.0), False),
        (sample(660.0, 100.0, 30), False),
    ):
        assert soak.report([*flat, last], {}, plan, {"load_by": "own"}, None) is fine
    (table, *_) = [file.read_text().splitlines() for file in tmp_path.glob("*.csv")]
    assert len(table) == 12
    assert table[1].startswith("60.0,100.0,20,")


def test_the_curve_has_a_panel_for_each_number() -> None:
    drawn = ET.fromstring(curve_plot([sample(-5.0, 90.0), sample(60.0, 100.0), sample(120.0, 110.0)]))
    assert len(drawn.findall(f"{SVG}g")) == 4
    assert to_csv([sample(1.0, 2.0)]).splitlines()[0].startswith("at_s,memory_mb,")


def test_an_environment_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[list[str]] = []
    monkeypatch.setattr("benchmarks.peers.environment._run", lambda name, command: _make(made, command))
    first = environment("bare_loop", tmp_path)
    assert environment("bare_loop", tmp_path) == first
    assert len(made) == 2  # the environment, its packages
    (first / COMPLETE).unlink()  # as an interrupted installation leaves it
    environment("bare_loop", tmp_path)
    assert len(made) == 4


def _make(made: list[list[str]], command: list[str]) -> None:
    made.append(command)
    if command[2] == "venv":
        Path(command[3]).mkdir(parents=True)


def test_an_environment_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PeerNotInstalled, match=r"of bare_loop cannot be made.* --peers"):
        environment("bare_loop", tmp_path / "file")


@pytest.mark.parametrize("listed", sorted(PEERS.glob("*.txt")), ids=lambda file: file.stem)
def test_a_peer_has_exact_versions_and_names_its_licence(listed: Path) -> None:
    head, *pins = listed.read_text().splitlines()
    assert listed.with_suffix(".py").exists()
    assert head.startswith("# ")
    assert "Apache-2.0" in head or "BSD-3-Clause" in head
    assert all(pin.count("==") == 1 for pin in pins)


def test_a_small_run_measures_ours_the_bare_loop_and_the_floor(
    measuring: Measuring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contenders, "environment", lambda _: Path(sys.executable).parent.parent)
    monkeypatch.setattr(rounds, "WARM_UP_S", 0.1)
    drill = Drill(photo_pool(3), [2], 0.4, http_load.drive)
    form, home = drill.load(1).bodies[0], new_home(tmp_path, measuring)
    starts = {
        OURS: lambda: start_ours(home, measuring, drill.photos[0]),
        "bare loop": lambda: start_peer("bare loop", measuring, form),
    }
    turns = list(take_turns(starts, drill, 1, batch_of=OURS))
    floor = measure_floor(measuring.peer_model(), drill.photos, 0.2, 2)
    assert [len(turn.loads[2].latencies_ms) > 0 for turn in turns] == [True, True]
    assert all(turn.memory_mb > 20 and turn.cpu_ms[2] > 0 for turn in turns)
    met = {goal.what: goal for goal in reached(turns, [floor], 2, None)}
    assert met["wrong answers"].met
    assert met["batch photos/s, times single"].value > 0
    assert met["share of the physical floor"].value > 0
    assert len(bars_of(rows_of(turns, [2]))) == 2


@pytest.mark.slow
def test_swaps_and_other_calls_under_load_fail_nothing(
    measuring: Measuring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name, value in (
        (swaps, "SLICE_S", 0.5),
        (swaps, "BETWEEN_SWAPS_S", 0.1),
        (soak, "SLICE_S", 0.6),
    ):
        monkeypatch.setattr(module, name, value)
    drill = Drill(photo_pool(3), [2], 0.4, http_load.drive)
    home = new_home(tmp_path, measuring, twin=True)
    start = start_ours(home, measuring, drill.photos[0])
    weighed = weigh(start, drill.load(2), http_load.drive, requests=5, swaps=3)
    assert (weighed.errors, weighed.swaps) == (0, 3)
    assert min(weighed.before_mb, weighed.after_mb) > 50
    with start_ours(home, measuring, drill.photos[0]) as server:
        samples, calls = soak.soak(server, soak.Plan(0.03, 0.01, 2, 0.5), drill.photos, http_load.drive)
    assert [entry.errors for entry in samples] == [0] * 4
    assert samples[0].at_s < 0.1 < samples[-1].at_s
    assert (calls["errors"], calls["said"]) == (0, [])
    assert calls["swaps"] >= 1


@pytest.mark.skipif(best_driver()[0] != "wrk", reason="the program wrk is not installed")
def test_wrk_and_our_own_driver_see_the_same(measuring: Measuring, tmp_path: Path) -> None:
    photos = [*photo_pool(2), b"no photo"]
    with start_ours(new_home(tmp_path, measuring), measuring, photos[0]) as server:
        load = Drill(photos, [3], 1.0, wrk.drive).load(3)
        for drive in (http_load.drive, wrk.drive):
            seen = drive([server.url], load)
            assert len(seen.latencies_ms) > 1
            assert (
                0.2 < seen.errors / (seen.errors + len(seen.latencies_ms)) < 0.9
            )  # one in three, 422 is quick
