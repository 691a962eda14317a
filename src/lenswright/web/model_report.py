"""Versions of models as JSON."""

from dataclasses import asdict
from typing import Any

from lenswright.dataset.lineage import forgotten_photos
from lenswright.registry.versions import Version
from lenswright.web.services import Services
from lenswright.web.times import iso

SUMMARY = ("run_id", "backbone", "preset", "weights", "input", "size_bytes", "metrics", "classes")


def entry(version: Version, champion: str | None, forgotten: dict[str, int]) -> dict[str, Any]:
    """Return what `/models` lists of a version; `forgotten`: how many of its photos, by version."""
    return {
        "version": version.version,
        "task": version.task,
        "created_at": iso(version.created_at),
        "origin": version.origin,
        **{name: version.summary.get(name) for name in SUMMARY},
        "verdict": version.verdict,
        "serving": version.version == champion,
        "forgotten_photos": forgotten.get(version.version, 0),
    }


def entries(here: Services, task: str) -> list[dict[str, Any]]:
    """Return the versions of `task`, newest first."""
    champion, forgotten = here.promotion.champion(task), forgotten_photos(here.database, task)
    return [entry(version, champion, forgotten) for version in here.versions.list(task)]


def detail(here: Services, version: Version) -> dict[str, Any]:
    """Return all of a version: its entry, its manifest, its files, the promotions of its task."""
    manifest = here.bundles.manifest(version.task, version.version).to_json()
    files = [{"name": name, "sha256": digest} for name, digest in sorted(manifest["files"].items())]
    history = here.promotion.history(version.task)
    champion = here.promotion.champion(version.task)
    return entry(version, champion, forgotten_photos(here.database, version.task)) | {
        "manifest": manifest,
        "files": files,
        "history": [asdict(promotion) | {"at": iso(promotion.at)} for promotion in history],
    }
