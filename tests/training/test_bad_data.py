"""Data that nobody would wish for, through the whole of the training process: it learns, or says why not."""

import io
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from lenswright.dataset.intake import Upload
from lenswright.dataset.statistics import labelled_photos
from lenswright.runs.state import Run
from lenswright.training.workbench import Workbench
from tests.builders import photo
from tests.training.tiny_home import COLOURS, TASK, ended, shades, take_in, with_settings


def spoil(bench: Workbench, split: str) -> str:
    """Damage the first stored photo of a split, as a bad disk does; return its name."""
    found = next(photo for photo in labelled_photos(bench.database, TASK) if photo.split == split)
    bench.uploads.write(found.key, bench.uploads.read(found.key)[:200])
    return found.filename


def said(bench: Workbench, run: Run) -> str:
    return "\n".join(bench.journal.log_tail(run.id))


def why_failed(run: Run) -> str:
    """Return the error of a run that has failed."""
    assert run.state == "failed"
    assert run.error is not None
    return run.error


def test_one_photo_of_each_class_is_refused_with_the_counts(bench: Workbench) -> None:
    take_in(bench, shades(1))
    error = why_failed(ended(bench))
    assert "at least 5 different photos of each class" in error
    assert "blue: 1, red: 1" in error


def test_a_class_of_two_beside_one_of_many_is_refused_with_the_counts(bench: Workbench) -> None:
    many = [Upload(f"{n}.jpg", photo(COLOURS["red"], seed=n), label="red") for n in range(60)]
    take_in(bench, [*many, *shades(2, first_seed=100)])
    assert "blue: 2, red: 62" in why_failed(ended(bench))


def test_a_class_of_five_beside_one_of_many_is_still_recognised(bench: Workbench) -> None:
    many = [Upload(f"{n}.jpg", photo(COLOURS["red"], seed=n), label="red") for n in range(120)]
    take_in(bench, [*many, *shades(5, first_seed=200)])
    run = ended(bench, epochs=20, learning_rate=0.05)
    assert (run.state, run.error) == ("completed", None)
    scores = {row["label"]: row for row in bench.bundles.report(TASK, str(run.version))["per_class"]}
    assert scores["blue"]["support"] == 1
    assert (scores["blue"]["recall"], scores["red"]["recall"]) == (1.0, 1.0)


def test_the_same_photos_in_every_class_leave_one_class_and_are_refused(bench: Workbench) -> None:
    same = [photo(COLOURS["red"], seed=n) for n in range(8)]
    results = take_in(bench, [Upload("p.jpg", data, label=label) for label in "abc" for data in same])
    assert Counter(result.code for result in results) == {None: 8, "label_conflict": 16}
    assert "at least 2 classes. Received: a: 8." in why_failed(ended(bench))


def test_nearly_the_same_photos_in_both_classes_give_a_model_that_is_not_sure(bench: Workbench) -> None:
    uploads = []
    for seed in range(60):
        picture = Image.open(io.BytesIO(photo(COLOURS["red"], seed=seed)))
        for label, quality in (("a", 90), ("b", 85)):
            out = io.BytesIO()
            picture.save(out, "JPEG", quality=quality)
            uploads.append(Upload(f"{label}{seed}.jpg", out.getvalue(), label=label))
    take_in(bench, uploads)
    run = ended(bench, epochs=20)
    assert (run.state, run.error) == ("completed", None)
    assert run.result["metrics"]["accuracy"] < 0.9
    report = bench.bundles.report(TASK, str(run.version))
    assert max(cell["confidence"] for cell in report["reliability"]) < 0.9


@pytest.mark.slow
def test_a_thousand_classes_are_learned_like_two(bench: Workbench) -> None:
    shade = [(index % 10 * 25, index // 10 % 10 * 25, index // 100 * 25) for index in range(1000)]
    uploads = (
        Upload("p.jpg", photo(shade[index], width=24, height=24, seed=5 * index + n), label=f"class {index}")
        for n in range(5)
        for index in range(1000)
    )
    assert sum(result.outcome == "stored" for result in take_in(bench, uploads)) == 5000
    run = ended(bench, epochs=2)
    assert (run.state, run.error) == ("completed", None)
    report = bench.bundles.report(TASK, str(run.version))
    assert len(report["per_class"]) == 1000
    assert run.result["metrics"]["top5"] > 5 / 1000  # better than chance


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_photo_damaged_since_it_was_taken_in_is_left_out_by_name(bench: Workbench, split: str) -> None:
    take_in(bench, shades(12))
    name = spoil(bench, split)
    run = ended(bench)
    assert (run.state, run.error) == ("completed", None)
    assert name in said(bench, run)
    assert run.result["metrics"]["test_photos"] == (1 if split == "test" else 2)


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_photo_damaged_after_its_features_were_kept_does_not_end_the_next_run(
    bench: Workbench, split: str
) -> None:
    take_in(bench, shades(12))
    assert ended(bench, int8=True).state == "completed"
    spoil(bench, split)
    run = ended(bench, kind="retrain", int8=True)
    assert (run.state, run.error) == ("completed", None)


def test_fine_tuning_leaves_out_a_photo_damaged_after_its_features_were_kept(bench: Workbench) -> None:
    take_in(bench, shades(12))
    assert ended(bench).state == "completed"
    name = spoil(bench, "train")
    run = ended(bench, preset="best", fine_tune_epochs=1)
    assert (run.state, run.error) == ("completed", None)
    assert name in said(bench, run)


def test_weights_that_are_cut_short_are_refused_by_name(bench: Workbench, tmp_path: Path) -> None:
    from lenswright.training.backbones import build_backbone

    whole, short = tmp_path / "whole.weights.h5", tmp_path / "mobilenet_v2_050.weights.h5"
    build_backbone("mobilenet_v2_050", 64, None).save_weights(whole)
    short.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    take_in(bench, shades(6))
    error = why_failed(
        ended(with_settings(bench, backbone_weights=short), weights="file", backbone="mobilenet_v2_050")
    )
    assert short.name in error
    assert "does not fit" in error


def test_weights_of_another_network_are_refused_by_name(bench: Workbench, tmp_path: Path) -> None:
    from lenswright.training.backbones import build_backbone

    file = tmp_path / "mobilenet_v2.weights.h5"
    build_backbone("mobilenet_v2_050", 64, None).save_weights(file)
    take_in(bench, shades(6))
    error = why_failed(
        ended(with_settings(bench, backbone_weights=file), weights="file", backbone="mobilenet_v2")
    )
    assert file.name in error
    assert "does not fit" in error


def test_a_loss_that_is_no_number_ends_the_run_with_its_epoch_and_rate(bench: Workbench) -> None:
    take_in(bench, shades(40))
    error = why_failed(
        ended(bench, epochs=100, learning_rate=10.0, weight_decay=1.0, batch_size=4, patience=100)
    )
    assert "epoch" in error
    assert "learning rate" in error
    assert bench.versions.list(TASK) == []
