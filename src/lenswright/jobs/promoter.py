"""Let another version answer: it must prove itself first, then every instance swaps."""

from lenswright.inference.classifier import Classifier
from lenswright.inference.live_model import LiveModels
from lenswright.registry.bundle import Bundles
from lenswright.registry.promotion import Promotion
from lenswright.registry.versions import Versions


class Promoter:
    """Promotes and rolls back; the instance that is asked swaps at once, the others within seconds."""

    def __init__(self, versions: Versions, bundles: Bundles, promotion: Promotion, live: LiveModels) -> None:
        self._versions, self._bundles = versions, bundles
        self._promotion, self._live = promotion, live

    def promote(self, version: str, reason: str, by: str) -> tuple[str, str | None]:
        """Return (task, previous version). Raises NotFound, or BundleRefused and changes nothing."""
        task = self._versions.get(version).task
        self._prove(task, version)
        previous = self._promotion.promote(task, version, reason, by)
        self._live.refresh()
        return task, previous

    def rollback(self, task: str) -> tuple[str, str | None]:
        """Return (version, previous): back to the version before.

        Raises Conflict if there is none, or BundleRefused if it is damaged, and changes nothing.
        """
        target = self._promotion.previous(task)
        if target is not None:
            self._prove(task, target)
        version, previous = self._promotion.rollback(task)
        self._live.refresh()
        return version, previous

    def _prove(self, task: str, version: str) -> None:
        Classifier(self._bundles.load(task, version)).verify_golden()
