"""Histograms and counts of the photos that are present."""

from typing import Any

import numpy as np
import pytest

from lenswright.dataset.distribution import BINS, Histogram, distribution
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow


def add(database: Database, **changes: Any) -> None:
    """Add a photo; `changes` replace fields."""
    with database.writing() as session:
        number = session.query(PhotoRow).count()
        record: dict[str, Any] = {
            "task": "shapes", "label": "circle", "sha256": "", "pixel_sha256": str(number), "dhash": 0,
            "width": 400, "height": 300, "size_bytes": 5000, "format": "JPEG", "filename": "p.jpg",
            "source": "test", "uploaded_at": 0.0, "brightness": 100.0, "sharpness": 300.0,
        }  # fmt: skip
        session.add(PhotoRow(**record | changes))


def test_a_task_without_photos_has_empty_histograms(database: Database) -> None:
    found = distribution(database, "shapes")
    assert (found.width, found.brightness, found.per_class, found.unmeasured) == (
        Histogram(),
        Histogram(),
        (),
        0,
    )
    assert set(found.problems.values()) == {0}


def test_every_photo_is_in_one_bin(database: Database) -> None:
    for width in (100, 101, 150, 199, 200):
        add(database, width=width)
    found = distribution(database, "shapes").width
    assert (sum(found.counts), len(found.counts), len(found.edges)) == (5, BINS, BINS + 1)
    assert (found.edges[0], found.edges[-1]) == (100, 200)
    assert np.allclose(np.diff(found.edges), 5)
    assert (found.counts[0], found.counts[-1]) == (2, 2)


def test_sizes_that_are_spread_far_get_bins_of_one_ratio(database: Database) -> None:
    for size_bytes in (1_000, 30_000, 1_000_000):
        add(database, size_bytes=size_bytes)
    edges = distribution(database, "shapes").size_bytes.edges
    assert np.allclose(np.diff(np.log(edges)), np.log(1000) / BINS)
    assert sum(distribution(database, "shapes").size_bytes.counts) == 3


def test_photos_of_one_size_are_one_bin(database: Database) -> None:
    add(database)
    add(database)
    assert distribution(database, "shapes").height.counts == (2,)


def test_what_nobody_measured_is_in_no_histogram(database: Database) -> None:
    add(database)
    add(database, brightness=None, sharpness=None)
    found = distribution(database, "shapes")
    assert (sum(found.brightness.counts), sum(found.sharpness.counts), found.unmeasured) == (1, 1, 1)
    assert found.brightness.edges == pytest.approx(np.linspace(0, 255, BINS + 1))


def test_only_photos_that_are_present_count(database: Database) -> None:
    add(database, label="square", format="PNG", width=30)
    add(database, label=None)
    add(database, brightness=10.0, sharpness=1.0)
    add(database)
    add(database, deleted_at=1.0)
    add(database, task="others")
    found = distribution(database, "shapes")
    assert found.per_class == (("circle", 2), ("square", 1))
    assert found.formats == {"JPEG": 3, "PNG": 1}
    assert found.problems == {"blurred": 1, "dark": 1, "bright": 0, "tiny": 1, "odd_shape": 1}
    assert sum(found.aspect.counts) == 4
