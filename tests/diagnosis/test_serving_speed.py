"""What is measured is the model that serves; how fast it is decides no test."""

from pathlib import Path

import pytest

from lenswright.diagnosis.drawn_photos import SIZE, draw_photo
from lenswright.diagnosis.serving_speed import TURNS, classifiers, measure_turns, serving_bundle
from lenswright.errors import NoModel
from lenswright.imaging.decode import decode
from lenswright.registry.bundle import INT8_NETWORK, NETWORK
from lenswright.settings import Settings
from tests.models import TASK, VERSION, tiny_bundle


def test_the_champion_is_measured_and_without_one_the_bundled_model(settings: Settings, home: Path) -> None:
    assert serving_bundle(settings, TASK).manifest.version == VERSION
    elsewhere = Settings(home=home / "empty", bundled_models=home / "models")
    assert serving_bundle(elsewhere, TASK).manifest.version == VERSION
    assert not (home / "empty").exists()


@pytest.mark.parametrize("task", ["birds", TASK])
def test_without_any_model_it_is_said(tmp_path: Path, settings: Settings, task: str) -> None:
    bare = Settings(home=tmp_path / "empty", bundled_models=tmp_path / "none")
    with pytest.raises(NoModel, match=task):
        serving_bundle(bare if task == TASK else settings, task)


def test_both_networks_of_a_bundle_are_measured_at_each_number_at_once(settings: Settings) -> None:
    loaded = classifiers(serving_bundle(settings, TASK))
    turns = list(measure_turns(loaded, [1, 2], 0.4))
    assert [(turn.network, turn.concurrent) for turn in turns] == [
        (INT8_NETWORK, 1),
        (INT8_NETWORK, 2),
        (NETWORK, 1),
        (NETWORK, 2),
    ] * TURNS
    assert all(turn.per_s > 0 and 0 < turn.p50_ms <= turn.p99_ms for turn in turns)


def test_a_bundle_without_an_int8_twin_has_one_network() -> None:
    assert [classifier.network for classifier in classifiers(tiny_bundle())] == [NETWORK]


def test_drawn_photos_are_photos_and_the_same_each_time() -> None:
    assert draw_photo(1) == draw_photo(1) != draw_photo(2)
    photo = decode(draw_photo(3))
    assert (photo.width, photo.height) == SIZE
    assert 10_000 < len(draw_photo(3)) < 40_000
