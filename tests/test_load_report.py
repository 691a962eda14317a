"""The load report: its numbers, its table, its charts, and one small real run."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.bar_chart import Bars
from benchmarks.load_cell import Asked, Cell, Plan, measure
from benchmarks.load_report import BEGIN, END, README, charts, section, with_section

PLAN = Plan(seconds=40, warm_up_s=10)
MACHINE = {"cpus": 2, "lenswright": "0.1.0", "at": "2026-11-21T19:00:00Z"}


def asked(requests: int, failures: int = 0, slowest_ms: int = 900) -> Asked:
    return Asked(
        requests, failures, requests / 40, {100: requests - requests // 10, slowest_ms: requests // 10}
    )


def cell(instances: int, users: int, requests: int, failures: int = 0) -> Cell:
    ports = [asked(requests // instances, failures if not number else 0) for number in range(instances)]
    return Cell(instances, users, 40, asked(requests, failures), ports, 0.2, 0.75)


CELLS = [cell(1, 100, 8_000), cell(1, 200, 8_400), cell(2, 100, 7_900), cell(2, 200, 8_300, failures=4)]


def test_percentiles_are_of_the_counted_times() -> None:
    times = Asked(1_000, 0, 25.0, {10: 500, 20: 450, 300: 45, 2_000: 5})
    assert [times.percentile(share) for share in (0.5, 0.501, 0.95, 0.951, 0.995, 1.0)] == [
        10, 20, 20, 300, 300, 2_000,
    ]  # fmt: skip
    assert Asked(0, 0, 0.0, {}).percentile(0.5) == 0


def test_the_table_has_a_row_for_every_cell_and_every_port() -> None:
    made = section(CELLS, PLAN, MACHINE)
    assert "| 1 | 100 | 200 | 100 ms | 900 ms | 900 ms | 0 of 8,000 | 75%, 20% |" in made
    assert "| 2 | 200 | 208 | 100 ms | 900 ms | 900 ms | 4 of 8,300 | 75%, 20% |" in made
    assert "| 2 | 200 | 1st | 104 | 100 ms | 900 ms | 900 ms | 4 of 4,150 |" in made
    assert "| 2 | 200 | 2nd | 104 | 100 ms | 900 ms | 900 ms | 0 of 4,150 |" in made


def test_the_words_follow_the_numbers() -> None:
    assert "2 instances answered 0.99 times the requests of 1. Each one uses all CPUs" in section(
        CELLS, PLAN, MACHINE
    )
    faster = [cell(1, 200, 8_000), cell(2, 200, 16_000)]
    made = section(faster, PLAN, MACHINE)
    assert "answered 2.00 times" in made
    assert "not speed" not in made


def test_the_readme_takes_a_new_report_between_its_markers_and_nothing_else_changes() -> None:
    text = README.read_text()
    once = with_section(text, "new\n")
    assert once.split(BEGIN)[0] == text.split(BEGIN)[0]
    assert once.split(END)[1] == text.split(END)[1]
    assert f"{BEGIN}new\n{END}" in once
    assert with_section(once, text.split(BEGIN)[1].split(END)[0]) == text


def test_the_charts_are_svg_that_says_every_number_in_words() -> None:
    files = charts(CELLS)
    assert sorted(files) == ["load-latency.svg", "load-throughput.svg"]
    for svg in files.values():
        root = ElementTree.fromstring(svg)
        assert "1 instance" in (root.find("{http://www.w3.org/2000/svg}title").text or "")  # type: ignore[union-attr]
        assert "prefers-color-scheme: dark" in svg
    assert "200 users: 1 instance 210, 2 instances 208" in files["load-throughput.svg"]


def test_no_bar_leaves_its_chart_and_names_are_escaped() -> None:
    bars = Bars("a < b", "ms", ["x"], {"<p50>": [0.0], "p99": [999.0]})
    root = ElementTree.fromstring(bars.svg())
    for rect in root.iter("{http://www.w3.org/2000/svg}rect"):
        assert float(rect.get("y", 0)) >= 0
        assert float(rect.get("height", -1)) >= 0
    assert bars.ticks()[-1] >= 999


@pytest.mark.slow
@pytest.mark.xdist_group("e2e")
def test_real_users_of_two_real_instances_are_counted_per_port(tmp_path: Path) -> None:
    found = measure(tmp_path, 2, 8, Plan(seconds=5, warm_up_s=1))
    assert found.total.failures == 0
    assert found.total.requests == sum(port.requests for port in found.ports) > 0
    assert all(port.requests > 0 for port in found.ports)
    assert found.total.percentile(0.5) > 0
    assert 0 < found.locust_share < 1
    assert 0 < found.api_share <= 1.01
