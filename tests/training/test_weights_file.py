"""Which file is taken for which network; no file is opened for it."""

from pathlib import Path

import pytest

from lenswright.errors import WeightsUnavailable
from lenswright.training.weights_file import weights_file


def folder_of(place: Path, *names: str) -> Path:
    for name in names:
        (place / name).touch()
    return place


@pytest.mark.parametrize(
    ("backbone", "file"),
    [
        ("mobilenet_v2", "mobilenet_v2_1.0_224_no_top.h5"),
        ("mobilenet_v2_050", "mobilenet_v2_050_mine.weights.h5"),
        ("resnet50_v2", "resnet50v2_weights_notop.h5"),
        ("efficientnet_v2_b2", "efficientnetv2-b2_notop.h5"),
    ],
)
def test_a_folder_gives_the_file_named_after_the_backbone(tmp_path: Path, backbone: str, file: str) -> None:
    folder = folder_of(
        tmp_path, "mobilenet_v2_050_mine.weights.h5", "mobilenet_v2_1.0_224_no_top.h5",
        "resnet50v2_weights_notop.h5", "efficientnetv2-b2_notop.h5", "vgg16.txt",
    )  # fmt: skip
    assert weights_file(folder, backbone) == (backbone, folder / file)


def test_a_file_of_another_backbone_is_not_taken_for_this_one(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "mobilenet_v2_050_mine.weights.h5")
    with pytest.raises(WeightsUnavailable, match=r"Expected a file mobilenet_v2\*\.h5"):
        weights_file(folder, "mobilenet_v2")


def test_of_two_files_of_a_backbone_the_first_by_name_is_taken(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "vgg16_b.h5", "vgg16_a.h5")
    assert weights_file(folder, "vgg16") == ("vgg16", folder / "vgg16_a.h5")


def test_auto_takes_the_default_network_before_any_other_whose_file_is_there(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "resnet50_v2.h5")
    assert weights_file(folder, "auto")[0] == "resnet50_v2"
    folder_of(tmp_path, "mobilenet_v2.h5")
    assert weights_file(folder, "auto")[0] == "mobilenet_v2"


def test_a_single_file_belongs_to_the_network_asked_for_or_else_to_the_one_in_its_name(
    tmp_path: Path,
) -> None:
    named, unnamed = (folder_of(tmp_path, name) / name for name in ("vgg16_mine.h5", "mine.h5"))
    assert weights_file(named, "custom_cnn") == ("custom_cnn", named)
    assert weights_file(named, "auto") == ("vgg16", named)
    assert weights_file(unnamed, "auto") == ("mobilenet_v2", unnamed)


def test_a_place_that_does_not_exist_and_a_folder_without_files_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(WeightsUnavailable, match="neither a file nor a folder"):
        weights_file(tmp_path / "gone", "auto")
    with pytest.raises(WeightsUnavailable, match=r"Expected a file <backbone>\*\.h5"):
        weights_file(tmp_path, "auto")
    with pytest.raises(WeightsUnavailable, match="set LENSWRIGHT_BACKBONE_WEIGHTS"):
        weights_file(None, "auto")
