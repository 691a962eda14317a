"""The note on rights: what is known of each network's weights, and nothing that is not."""

import pytest

from lenswright.evaluation.licence import licence_note
from lenswright.runs.backbones import BACKBONES

DOWNLOADED = "ImageNet weights downloaded by Keras"


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        (DOWNLOADED, "non-commercial research"),
        ("file mobilenet.h5", "cannot know it"),
        ("backbone of model 20261121-070501-3fa2 (file x.h5)", "see its card"),
        ("random weights: for comparison only", "No foreign weights"),
        ("trained here from random weights; teacher: no teacher", "No foreign weights"),
        ("trained here from random weights; teacher: file x.h5", "A teacher's answers guided it"),
    ],
)
def test_the_note_follows_where_the_weights_come_from(weights: str, said: str) -> None:
    note = licence_note(weights, "mobilenet_v2")
    assert note.startswith(f"Weights: {weights}. ")
    assert said in note
    assert ("teacher's answers" in note) == ("teacher: file" in weights)


@pytest.mark.parametrize(
    ("backbone", "said"),
    [
        ("mobilenet_v2", "Google under the Apache License 2.0"),
        ("vgg16", "Oxford, under CC BY 4.0"),
        ("resnet50_v2", "Facebook's fb.resnet.torch, which is under a BSD licence"),
    ],
)
def test_downloaded_weights_have_the_licence_of_their_family(backbone: str, said: str) -> None:
    assert said in licence_note(DOWNLOADED, backbone)
    assert said in licence_note(f"{DOWNLOADED}, fine-tuned here", backbone)


def test_a_given_file_is_not_taken_for_keras_own_but_their_licence_is_told() -> None:
    note = licence_note("file mine.h5", "vgg16")
    assert note.index("lenswright cannot know it") < note.index("The ImageNet weights of VGG16")
    assert "Keras" not in licence_note("file mine.h5", "custom_cnn")


def test_nothing_is_said_of_weights_nobody_knows() -> None:
    assert "Look up the licence" in licence_note(DOWNLOADED, "resnet9000")
    assert all(entry.licence for entry in BACKBONES.values() if entry.downloadable)
