"""What one training run works with; the one place of the training process where it is wired."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from lenswright.dataset.example import Photo
from lenswright.errors import ImageError, NotEnoughPhotos, NotFound
from lenswright.imaging.decode import RGB, DecodeLimits
from lenswright.imaging.framing import decode_framed
from lenswright.imaging.input_spec import InputSpec
from lenswright.inference.classifier import Classifier
from lenswright.registry.bundle import Bundles
from lenswright.registry.promotion import Promotion
from lenswright.registry.versions import Versions
from lenswright.runs.journal import Journal
from lenswright.settings import Settings
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import Database, open_database
from lenswright.training.pretrained import BackboneShelf

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Workbench:
    """The stores of the platform as the training process sees them."""

    settings: Settings
    database: Database
    journal: Journal
    uploads: Blobs
    bundles: Bundles
    versions: Versions
    promotion: Promotion
    limits: DecodeLimits

    @classmethod
    def open(cls, settings: Settings) -> "Workbench":
        """Return the workbench of these settings. Raises StorageFailure."""
        database = open_database(settings.database)
        bundles = Bundles(Blobs(settings.blobs_at("models")))
        return cls(
            settings,
            database,
            Journal(database),
            Blobs(settings.blobs_at("uploads")),
            bundles,
            Versions(database, bundles),
            Promotion(database),
            DecodeLimits(settings.max_file_bytes, settings.max_pixels),
        )

    def read_photo(self, photo: Photo) -> bytes:
        """Return the bytes of a photo as they were uploaded. Raises NotFound."""
        return self.uploads.read(photo.key)

    def frames(self, photos: Iterable[Photo], spec: InputSpec, count: int) -> list[RGB]:
        """Return the first `count` of `photos` that can be read, uint8 (S, S, 3) each.

        A photo whose features were kept may be damaged since. Raises NotEnoughPhotos if none is left.
        """
        found = list(islice(self._framed(photos, spec), count))
        if not found:
            raise NotEnoughPhotos("Expected photos to try the network on. None of them can be read.")
        return found

    def _framed(self, photos: Iterable[Photo], spec: InputSpec) -> Iterator[RGB]:
        for photo in photos:
            try:
                yield decode_framed(self.read_photo(photo), spec, limits=self.limits)
            except (ImageError, NotFound) as exc:
                log.warning("photo %d (%s) cannot be used: %s", photo.id, photo.filename, exc)

    def champion(self, task: str) -> Classifier | None:
        """Return the model that serves `task`, or None. Raises BundleRefused."""
        version = self.promotion.champion(task)
        return Classifier(self.bundles.load(task, version)) if version else None

    def shelf(self) -> BackboneShelf:
        """Return the shelf of backbones, cached beside the data."""
        return BackboneShelf(self.settings, self.bundles, self.settings.data_folder / "backbones")

    def run_folder(self, run_id: int) -> Path:
        """Return the folder of a run's own files (checkpoints, log), made if need be."""
        folder = self.settings.data_folder / "runs" / str(run_id)
        folder.mkdir(parents=True, exist_ok=True)
        return folder
