"""The table of networks: complete without Keras, and strict about names."""

import subprocess
import sys

import pytest

from lenswright.errors import WeightsUnavailable
from lenswright.runs.backbones import BACKBONES, ENTRIES, find_backbone


def test_an_entry_is_found_by_its_name_and_names_are_not_given_twice() -> None:
    assert [find_backbone(entry.name) for entry in ENTRIES] == list(ENTRIES)
    assert len(BACKBONES) == len(ENTRIES)


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(WeightsUnavailable, match=r"mobilenet_v2_050.*Received: 'resnet9000'"):
        find_backbone("resnet9000")


def test_reading_the_table_imports_no_keras() -> None:
    program = "import sys; sys.modules['keras'] = None; import lenswright.runs.backbones"
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_an_entry_says_what_a_person_chooses_by(entry) -> None:
    assert entry.title
    assert 64 <= entry.default_size_px <= 320
    assert 0.1 < entry.parameters_m < 100
    assert not entry.licence or entry.downloadable  # what is not published needs no licence
