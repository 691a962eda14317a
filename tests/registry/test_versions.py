"""Versions are listed with what was measured; bundles that lie there are adopted, damaged ones are not."""

import re
import shutil
from pathlib import Path

import pytest

from lenswright.errors import NotFound
from lenswright.registry.bundle import Bundles
from lenswright.registry.promotion import Promotion
from lenswright.registry.versions import Versions, new_version_name
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import Database
from tests.models import TASK, VERSION, tiny_summary, write_tiny_bundle

OLD, NEW = "20260101-000000-aaaa", "20261231-000000-bbbb"


@pytest.fixture
def versions(database: Database, bundles: Bundles) -> Versions:
    return Versions(database, bundles, lambda: 1_795_000_000.0)


def test_a_registered_version_is_listed_with_its_summary_and_verdict(
    versions: Versions, bundles: Bundles
) -> None:
    manifest = write_tiny_bundle(bundles, run_id=7)
    verdict = {"promote": False, "reason": "Not promoted: worse.", "numbers": {"p_value": 0.003}}
    versions.register(manifest, tiny_summary(bundles, manifest), verdict)

    (found,) = versions.list(TASK)
    assert found == versions.get(VERSION)
    assert (found.origin, found.run_id, found.verdict) == ("trained", 7, verdict)
    assert found.summary["metrics"]["accuracy"] == 1.0
    assert found.summary["size_bytes"] == len(bundles.load(TASK, VERSION).onnx)
    assert versions.list("birds") == []


def test_versions_are_listed_newest_first(versions: Versions, bundles: Bundles) -> None:
    for version, created_at in ((NEW, 2.0), (OLD, 1.0)):
        manifest = write_tiny_bundle(bundles, version=version, created_at=created_at)
        versions.register(manifest, {}, None)
    assert [version.version for version in versions.list(TASK)] == [NEW, OLD]


def test_an_unknown_version_is_not_found(versions: Versions) -> None:
    with pytest.raises(NotFound, match="'v9'"):
        versions.get("v9")


def test_names_of_versions_sort_by_time_and_differ() -> None:
    first, second = new_version_name(lambda: 1_795_000_000.0), new_version_name(lambda: 1_795_000_001.0)
    assert re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{4}", first)
    assert first < second


def test_bundles_that_lie_there_are_adopted_and_the_newest_answers(
    versions: Versions, bundles: Bundles, database: Database
) -> None:
    write_tiny_bundle(bundles, version=OLD)
    write_tiny_bundle(bundles, version=NEW, training={"shipped": True})
    versions.adopt(None)

    assert {version.version: version.origin for version in versions.list(TASK)} == {
        NEW: "bundled",
        OLD: "trained",
    }
    assert versions.get(NEW).summary["metrics"]["accuracy"] == 1.0
    assert Promotion(database).champion(TASK) == NEW
    versions.adopt(None)
    assert len(versions.list(TASK)) == 2
    assert len(Promotion(database).history(TASK)) == 1


def test_a_champion_is_not_replaced_by_an_adopted_bundle(
    versions: Versions, bundles: Bundles, database: Database
) -> None:
    Promotion(database).promote(TASK, OLD, "chosen by hand", "api")
    write_tiny_bundle(bundles, version=NEW)
    versions.adopt(None)
    assert Promotion(database).champion(TASK) == OLD


def test_a_damaged_bundle_is_left_out_and_the_next_one_answers(
    versions: Versions, bundles: Bundles, models: Path, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    write_tiny_bundle(bundles, version=OLD)
    write_tiny_bundle(bundles, version=NEW)
    (models / TASK / NEW / "model.onnx").write_bytes(b"damaged")
    versions.adopt(None)

    assert [version.version for version in versions.list(TASK)] == [OLD]
    assert Promotion(database).champion(TASK) == OLD
    assert f"{TASK}/{NEW} is not adopted" in caplog.text


def test_shipped_bundles_are_copied_once_and_damaged_ones_left_out(
    versions: Versions, bundles: Bundles, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shipped = tmp_path / "shipped"
    write_tiny_bundle(Bundles(Blobs(str(shipped))), version=OLD)
    (shipped / TASK / OLD / ".DS_Store").write_bytes(b"not of the bundle")
    shutil.copytree(shipped / TASK / OLD, shipped / TASK / NEW)
    (shipped / TASK / NEW / "manifest.json").write_text("{")
    shutil.copytree(shipped / TASK / OLD, shipped / "birds" / OLD)
    (shipped / "birds" / OLD / "model.onnx").unlink()
    versions.adopt(shipped)
    versions.adopt(shipped)

    assert [version.version for version in versions.list(TASK)] == [OLD]
    assert bundles.load(TASK, OLD).manifest.version == OLD
    assert f"{TASK}/{NEW} is left out" in caplog.text
    assert f"birds/{OLD} is left out" in caplog.text


def test_a_version_adopted_a_moment_before_its_trainer_registers_it_gets_its_verdict(
    versions: Versions, bundles: Bundles
) -> None:
    manifest = write_tiny_bundle(bundles, run_id=3)
    versions.adopt(None)
    versions.register(manifest, tiny_summary(bundles, manifest), {"promote": True})
    assert versions.get(VERSION).verdict == {"promote": True}
