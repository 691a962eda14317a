"""Every model version the platform knows, with its measured summary and the gate's verdict."""

import json
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lenswright.errors import BundleRefused, NotFound
from lenswright.registry.bundle import MANIFEST, REPORT, Bundles, Manifest
from lenswright.storage.database import Database
from lenswright.storage.tables import ChampionRow, PromotionRow, VersionRow

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Version:
    """A registered model; `summary` is what lists show, `created_at` epoch seconds."""

    version: str
    task: str
    created_at: float
    origin: str
    run_id: int | None
    summary: dict[str, Any]
    verdict: dict[str, Any] | None


def new_version_name(clock: Callable[[], float] = time.time) -> str:
    """Return a name that sorts by time and never meets another: `20261121-070501-3fa2`."""
    return time.strftime("%Y%m%d-%H%M%S", time.gmtime(clock())) + f"-{secrets.token_hex(2)}"


def summary_of(manifest: Manifest, metrics: dict[str, Any], size_bytes: int) -> dict[str, Any]:
    """Return what lists of models show; `size_bytes` is the network's."""
    return {
        "run_id": manifest.run_id,
        "backbone": manifest.backbone,
        "preset": manifest.preset,
        "weights": manifest.weights,
        "input": manifest.input_spec.to_json(),
        "size_bytes": size_bytes,
        "metrics": metrics,
        "classes": list(manifest.classes),
    }


class Versions:
    """The registered versions; the files themselves are in `bundles`."""

    def __init__(self, database: Database, bundles: Bundles, clock: Callable[[], float] = time.time) -> None:
        self._database, self._bundles, self._clock = database, bundles, clock

    def register(
        self,
        manifest: Manifest,
        summary: dict[str, Any],
        verdict: dict[str, Any] | None,
        origin: str = "trained",
    ) -> Version:
        """Make a written bundle known and return it; what was known of it before is replaced."""
        with self._database.writing() as session:
            row = session.merge(_row(manifest, summary, verdict, origin))
        return _version(row)

    def get(self, version: str) -> Version:
        """Return one version. Raises NotFound."""
        with self._database.reading() as session:
            row = session.get(VersionRow, version)
        if row is None:
            raise NotFound("model", version)
        return _version(row)

    def list(self, task: str) -> list[Version]:
        """Return the versions of `task`, newest first."""
        query = select(VersionRow).where(VersionRow.task == task).order_by(VersionRow.created_at.desc())
        with self._database.reading() as session:
            return [_version(row) for row in session.scalars(query)]

    def adopt(self, shipped: Path | None) -> None:
        """Make known the bundles that are there: shipped with lenswright, or from before the database.

        A task without champion gets its newest one. A damaged bundle is logged and left out.
        """
        if shipped is not None:
            self._copy(shipped)
        with self._database.reading() as session:
            known = set(session.scalars(select(VersionRow.version)))
        newest_first = sorted(self._bundles.found(), key=lambda pair: pair[1], reverse=True)
        for task, version in newest_first:
            if version not in known:
                self._adopt_one(task, version)

    def _copy(self, shipped: Path) -> None:
        present = set(self._bundles.found())
        for manifest in sorted(shipped.glob(f"*/*/{MANIFEST}")):
            task, version = manifest.parts[-3:-1]
            if (task, version) not in present:
                try:
                    self._bundles.copy_in(manifest.parent, task, version)
                except BundleRefused as exc:
                    told = {"task": task, "model_version": version}
                    log.error("the shipped model %s/%s is left out: %s", task, version, exc, extra=told)

    def _adopt_one(self, task: str, version: str) -> None:
        try:
            bundle = self._bundles.load(task, version)
            report = self._bundles.report(task, version) if REPORT in bundle.manifest.files else {}
        except (BundleRefused, NotFound) as exc:
            told = {"task": task, "model_version": version}
            log.error("the model %s/%s is not adopted: %s", task, version, exc, extra=told)
            return
        origin = "bundled" if bundle.manifest.training.get("shipped") else "trained"
        summary = summary_of(bundle.manifest, report.get("metrics", {}), len(bundle.onnx))
        with self._database.writing() as session:
            if session.get(VersionRow, version) is None:  # else another instance that starts now was first
                session.add(_row(bundle.manifest, summary, report.get("verdict"), origin))
                self._make_champion_if_none(session, task, version)

    def _make_champion_if_none(self, session: Session, task: str, version: str) -> None:
        """Let the adopted version answer unless the task has a champion."""
        if session.get(ChampionRow, task) is None:
            now, reason = self._clock(), "The first model found for this task."
            session.add(ChampionRow(task=task, version=version, since_at=now))
            session.add(
                PromotionRow(task=task, version=version, previous=None, at=now, reason=reason, by="start")
            )


def _row(
    manifest: Manifest, summary: dict[str, Any], verdict: dict[str, Any] | None, origin: str
) -> VersionRow:
    return VersionRow(
        version=manifest.version,
        task=manifest.task,
        created_at=manifest.created_at,
        origin=origin,
        run_id=manifest.run_id,
        summary=json.dumps(summary),
        verdict=None if verdict is None else json.dumps(verdict),
    )


def _version(row: VersionRow) -> Version:
    return Version(
        row.version,
        row.task,
        row.created_at,
        row.origin,
        row.run_id,
        json.loads(row.summary),
        None if row.verdict is None else json.loads(row.verdict),
    )
