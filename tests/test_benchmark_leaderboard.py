"""What the leaderboard of the benchmark compares and shows."""

from benchmarks.leaderboard import configurations, shown
from benchmarks.record import table
from lenswright.runs.backbones import BACKBONES
from lenswright.runs.request import TrainingRequest
from lenswright.training.leaderboard import failed_row, ranked


def test_every_configuration_can_be_ordered_and_no_backbone_of_full_size_is_missing() -> None:
    wanted = configurations("file", minutes=2.0)
    request = TrainingRequest.from_json({"kind": "compare", "configurations": wanted})
    ordered = [request.configured(entry) for entry in request.configurations]
    assert {entry.backbone for entry in ordered} == BACKBONES.keys() - {"mobilenet_v2_050"}
    assert {entry.minutes for entry in ordered if entry.preset != "fast"} == {2.0}
    assert [entry.backbone for entry in ordered if entry.weights != "none"] == [
        "mobilenet_v2",
        "mobilenet_v2",
    ]


def test_a_configuration_that_failed_is_in_the_table_with_its_error() -> None:
    rows = ranked([failed_row("vgg16 fast", TrainingRequest(), "No memory.")], {})
    lines = table([shown(row) for row in rows]).splitlines()
    assert lines[1].endswith("No memory.")
