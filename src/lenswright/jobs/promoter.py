"""Let another version answer: it must prove itself first, then every instance swaps."""

from lenswright.errors import GateRefused, InputRefused
from lenswright.inference.classifier import Classifier
from lenswright.inference.live_model import LiveModels
from lenswright.registry.bundle import Bundles
from lenswright.registry.promotion import Promotion
from lenswright.registry.versions import Version, Versions


class Promoter:
    """Promotes and rolls back; the instance that is asked swaps at once, the others within seconds."""

    def __init__(self, versions: Versions, bundles: Bundles, promotion: Promotion, live: LiveModels) -> None:
        self._versions, self._bundles = versions, bundles
        self._promotion, self._live = promotion, live

    def promote(self, version: str, reason: str, by: str, override: bool = False) -> tuple[str, str | None]:
        """Return (task, previous version).

        A version that the gate refused needs `override` and a reason, and the history says so.
        Raises NotFound, GateRefused, InputRefused or BundleRefused, and changes nothing.
        """
        found = self._versions.get(version)
        refusal = _refusal(found)
        if refusal is not None and not override:
            raise GateRefused(version, refusal)
        if refusal is not None and not reason.strip():
            raise InputRefused(f"Expected a reason for promoting {version} against the gate. Received: none.")
        self._prove(found.task, version)
        previous = self._promotion.promote(found.task, version, reason, by, overridden=refusal is not None)
        self._live.refresh()
        return found.task, previous

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


def _refusal(version: Version) -> str | None:
    """Return why the gate refused the version, None if it did not, or was never asked."""
    verdict = version.verdict or {}
    return str(verdict.get("reason", "")) if verdict.get("promote") is False else None
