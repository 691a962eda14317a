"""A version answers only after it proved itself, forwards and backwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lenswright.errors import BundleRefused, Conflict, GateRefused, InputRefused, NotFound
from lenswright.inference.live_model import LiveModels
from lenswright.jobs.promoter import Promoter
from lenswright.registry.bundle import Bundles
from lenswright.registry.promotion import Promotion
from lenswright.registry.versions import Versions
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import open_database
from tests.models import TASK, write_tiny_bundle

A, B, REFUSED = "20260101-000000-aaaa", "20260102-000000-bbbb", "20260103-000000-cccc"


class Shop:
    """Two registered versions, neither of them promoted, and one that the gate refused."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder / "models"
        self.database = open_database(url)
        bundles = Bundles(Blobs(str(self.folder)))
        versions = Versions(self.database, bundles)
        self.promotion = Promotion(self.database)
        self.live = LiveModels(self.promotion, bundles)
        self.promoter = Promoter(versions, bundles, self.promotion, self.live)
        for version in (A, B):
            versions.register(write_tiny_bundle(bundles, version=version), {}, None)
        refused = {"promote": False, "reason": "Not promoted: worse.", "numbers": {}}
        versions.register(write_tiny_bundle(bundles, version=REFUSED), {}, refused)

    def serving(self) -> str | None:
        found = self.live.current(TASK)
        return found.manifest.version if found else None

    def damage(self, version: str) -> None:
        (self.folder / TASK / version / "model.onnx").write_bytes(b"damaged")


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Iterator[Shop]:
    opened = Shop(tmp_path, database_url)
    yield opened
    opened.live.close()
    opened.database.close()


def test_a_promoted_version_answers_at_once_and_so_does_the_one_before_after_a_rollback(shop: Shop) -> None:
    assert shop.promoter.promote(A, "the first", "test") == (TASK, None)
    assert shop.promoter.promote(B, "better", "test") == (TASK, A)
    assert shop.serving() == B
    assert shop.promoter.rollback(TASK) == (A, B)
    assert shop.serving() == A


def test_a_damaged_version_is_not_promoted(shop: Shop) -> None:
    shop.promoter.promote(A, "the first", "test")
    shop.damage(B)
    with pytest.raises(BundleRefused, match=r"model\.onnx"):
        shop.promoter.promote(B, "better", "test")
    assert shop.promotion.champion(TASK) == shop.serving() == A


def test_nobody_rolls_back_to_a_damaged_version(shop: Shop) -> None:
    for version in (A, B):
        shop.promoter.promote(version, "", "test")
    shop.damage(A)
    with pytest.raises(BundleRefused, match=r"model\.onnx"):
        shop.promoter.rollback(TASK)
    assert shop.promotion.champion(TASK) == shop.serving() == B


def test_what_the_gate_refused_needs_an_override_with_a_reason(shop: Shop) -> None:
    with pytest.raises(GateRefused, match=r"Not promoted: worse\."):
        shop.promoter.promote(REFUSED, "please", "test")
    for nothing in ("", "  "):
        with pytest.raises(InputRefused, match="Expected a reason"):
            shop.promoter.promote(REFUSED, nothing, "test", override=True)
    assert shop.serving() is None
    assert shop.promotion.history(TASK) == []

    shop.promoter.promote(REFUSED, "our photos changed", "test", override=True)
    assert shop.serving() == REFUSED
    (entry,) = shop.promotion.history(TASK)
    assert (entry.overridden, entry.reason) == (True, "our photos changed")


def test_an_override_that_was_not_needed_is_none(shop: Shop) -> None:
    shop.promoter.promote(A, "", "test", override=True)
    assert not shop.promotion.history(TASK)[0].overridden


def test_a_rollback_to_an_overridden_version_needs_no_second_override(shop: Shop) -> None:
    shop.promoter.promote(REFUSED, "our photos changed", "test", override=True)
    shop.promoter.promote(A, "better", "test")
    assert shop.promoter.rollback(TASK) == (REFUSED, A)
    assert shop.serving() == REFUSED


def test_an_unknown_version_and_a_missing_way_back_are_refused(shop: Shop) -> None:
    with pytest.raises(NotFound):
        shop.promoter.promote("v9", "", "test")
    with pytest.raises(Conflict):
        shop.promoter.rollback(TASK)
