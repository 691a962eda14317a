"""Rows of forgotten pictures are erased for good, beside a process that goes on appending."""

from pathlib import Path

import numpy as np
import pytest

from lenswright.errors import StorageFailure
from lenswright.storage.feature_files import ERASED, KEY_BYTES, FeatureFiles, view_key
from lenswright.training.feature_cache import FeatureCache

RED, BLUE, GREEN = "aa" * 32, "bb" * 32, "cc" * 32


def rows(*values: float) -> np.ndarray:
    return np.array([[value] * 4 for value in values], np.float32)


@pytest.fixture
def cache(tmp_path: Path) -> FeatureCache:
    """Two views of red and one of blue."""
    made = FeatureCache(tmp_path / "resnet", 4)
    made.append([view_key(RED, 0), view_key(BLUE, 0), view_key(RED, 1)], rows(1, 2, 3))
    return made


def stored(folder: Path) -> list[list[float]]:
    return np.fromfile(folder / "rows.f16", np.float16).reshape(-1, 4).tolist()


def test_pictures_are_those_of_all_caches(tmp_path: Path, cache: FeatureCache) -> None:
    FeatureCache(tmp_path / "other", 2).append([view_key(GREEN, 0)], np.ones((1, 2), np.float32))
    assert FeatureFiles(tmp_path).pictures() == {RED, BLUE, GREEN}
    assert FeatureFiles(tmp_path / "absent").pictures() == set()


def test_every_view_of_an_erased_picture_is_gone_from_the_disk(tmp_path: Path, cache: FeatureCache) -> None:
    FeatureFiles(tmp_path).erase({RED})
    assert stored(tmp_path / "resnet") == [[0] * 4, [2] * 4, [0] * 4]
    assert bytes.fromhex(RED) not in (tmp_path / "resnet" / "keys.bin").read_bytes()
    assert FeatureFiles(tmp_path).pictures() == {BLUE}


def test_an_erased_picture_is_never_found_and_can_be_learnt_anew(tmp_path: Path, cache: FeatureCache) -> None:
    FeatureFiles(tmp_path).erase({RED})
    reopened = FeatureCache(tmp_path / "resnet", 4)
    assert view_key(RED, 0) not in reopened
    assert reopened.rows([view_key(BLUE, 0)])[np.array([0])].tolist() == rows(2).tolist()
    reopened.append([view_key(RED, 0)], rows(9))
    again = FeatureCache(tmp_path / "resnet", 4)
    assert again.rows([view_key(RED, 0)])[np.array([0])].tolist() == rows(9).tolist()


def test_a_process_that_has_the_cache_open_goes_on(tmp_path: Path, cache: FeatureCache) -> None:
    mapped = cache.rows([view_key(BLUE, 0)])
    FeatureFiles(tmp_path).erase({RED})
    cache.append([view_key(GREEN, 0)], rows(7))
    assert mapped[np.array([0])].tolist() == rows(2).tolist()
    reopened = FeatureCache(tmp_path / "resnet", 4)
    assert reopened.rows([view_key(GREEN, 0)])[np.array([0])].tolist() == rows(7).tolist()


def test_a_row_whose_key_alone_was_erased_before_a_crash_is_erased_later(
    tmp_path: Path, cache: FeatureCache
) -> None:
    with (tmp_path / "resnet" / "keys.bin").open("r+b") as keys:
        keys.write(ERASED)
    FeatureFiles(tmp_path).erase(set())
    assert stored(tmp_path / "resnet") == [[0] * 4, [2] * 4, [3] * 4]


def test_a_row_that_is_still_being_appended_is_left_to_the_next_sweep(
    tmp_path: Path, cache: FeatureCache
) -> None:
    with (tmp_path / "resnet" / "keys.bin").open("ab") as keys:
        keys.write(view_key(GREEN, 0))  # a power cut kept the key and lost the row
    FeatureFiles(tmp_path).erase({GREEN})
    assert (tmp_path / "resnet" / "keys.bin").stat().st_size == 4 * KEY_BYTES
    assert (tmp_path / "resnet" / "rows.f16").stat().st_size == 3 * 8


def test_a_cache_of_an_older_version_is_dropped_whole(tmp_path: Path, cache: FeatureCache) -> None:
    (tmp_path / "resnet" / "row_bytes").unlink()
    FeatureFiles(tmp_path).erase({GREEN})
    assert FeatureFiles(tmp_path).pictures() == {RED, BLUE}
    FeatureFiles(tmp_path).erase({RED})
    assert not (tmp_path / "resnet").exists()


def test_a_disk_that_refuses_is_a_storage_failure(tmp_path: Path, cache: FeatureCache) -> None:
    (tmp_path / "resnet" / "rows.f16").unlink()
    with pytest.raises(StorageFailure, match="could not be erased"):
        FeatureFiles(tmp_path).erase({RED})
    (tmp_path / "resnet" / "keys.bin").unlink()
    (tmp_path / "resnet" / "keys.bin").mkdir()
    with pytest.raises(StorageFailure, match="could not be read"):
        FeatureFiles(tmp_path).pictures()
