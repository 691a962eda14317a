from pathlib import Path

import numpy as np
import pytest

from lenswright.errors import StorageFailure
from lenswright.storage.feature_files import view_key
from lenswright.training.feature_cache import FeatureCache

RED, BLUE = "aa" * 32, "bb" * 32


def rows(*values: float) -> np.ndarray:
    return np.array([[value] * 4 for value in values], np.float32)


def read(cache: FeatureCache, *keys: bytes) -> np.ndarray:
    found = cache.rows(keys)
    return found[np.arange(found.shape[0])]


def test_rows_are_read_back_in_the_order_asked_for(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path / "cache", 4)
    cache.append([view_key(RED, 0), view_key(BLUE, 0)], rows(1, 2))
    cache.append([view_key(RED, 1)], rows(3))
    wanted = [view_key(RED, 1), view_key(BLUE, 0), view_key(RED, 0)]
    assert read(cache, *wanted)[:, 0].tolist() == [3, 2, 1]


def test_another_process_finds_what_was_appended(tmp_path: Path) -> None:
    FeatureCache(tmp_path, 4).append([view_key(RED, 0)], rows(7))
    reopened = FeatureCache(tmp_path, 4)
    assert view_key(RED, 0) in reopened
    assert view_key(RED, 1) not in reopened
    assert read(reopened, view_key(RED, 0)).tolist() == rows(7).tolist()


@pytest.mark.parametrize("torn", ["keys.bin", "rows.f16"])
def test_a_row_torn_by_a_crash_is_dropped_and_the_cache_goes_on(tmp_path: Path, torn: str) -> None:
    FeatureCache(tmp_path, 4).append([view_key(RED, 0), view_key(BLUE, 0)], rows(1, 2))
    whole = (tmp_path / torn).read_bytes()
    (tmp_path / torn).write_bytes(whole[:-1])
    cache = FeatureCache(tmp_path, 4)
    assert len(cache) == 1
    cache.append([view_key(BLUE, 0)], rows(5))
    reopened = FeatureCache(tmp_path, 4)
    assert read(reopened, view_key(RED, 0), view_key(BLUE, 0))[:, 0].tolist() == [1, 5]


def test_rows_of_another_width_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"Expected rows \(1, 4\)"):
        FeatureCache(tmp_path, 4).append([view_key(RED, 0)], np.zeros((1, 5), np.float32))


def test_a_folder_that_cannot_be_made_is_a_storage_failure(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StorageFailure, match="taken"):
        FeatureCache(tmp_path / "taken", 4)


def test_rows_stay_on_disk_until_they_are_asked_for(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path, 4)
    cache.append([view_key(RED, 0), view_key(BLUE, 0)], rows(1, 2))
    found = cache.rows([view_key(BLUE, 0), view_key(RED, 0), view_key(BLUE, 0)])
    assert isinstance(found.stored, np.memmap)
    assert found.shape == (3, 4)
    assert found[np.array([2, 1])].dtype == np.float32
    assert found[np.array([2, 1])][:, 0].tolist() == [2, 1]


def test_an_empty_cache_has_no_rows(tmp_path: Path) -> None:
    assert FeatureCache(tmp_path, 4).rows([]).shape == (0, 4)
    with pytest.raises(KeyError):
        FeatureCache(tmp_path, 4).rows([view_key(RED, 0)])
