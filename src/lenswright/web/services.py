"""The one place where everything is wired; views reach it through `services()`."""

import os
import secrets
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any

from flask import Flask, current_app

from lenswright.access.audit import AuditTrail
from lenswright.access.entrance import keys_needed
from lenswright.access.key_ring import KeyRing
from lenswright.access.keys import Keys
from lenswright.cpus import cpu_count
from lenswright.dataset.feedback import FeedbackDesk
from lenswright.dataset.forgetting import Forgetting
from lenswright.dataset.importers import ArchiveLimits
from lenswright.dataset.intake import Intake
from lenswright.dataset.keeper import Keeper
from lenswright.dataset.kept_photos import KeptPhotos
from lenswright.dataset.leftovers import Leftovers
from lenswright.imaging.decode import DecodeLimits
from lenswright.inference.answer_cache import AnswerCache
from lenswright.inference.live_model import LiveModels
from lenswright.jobs.caretaker import Caretaker
from lenswright.jobs.desk import TrainingDesk
from lenswright.jobs.launcher import TRAINER, Launcher
from lenswright.jobs.promoter import Promoter
from lenswright.jobs.supervisor import Supervisor
from lenswright.monitoring.drift_watch import DriftWatch
from lenswright.monitoring.instance import Instance
from lenswright.monitoring.instances import Instances
from lenswright.monitoring.request_counts import RequestCounts
from lenswright.monitoring.request_log import RequestLog
from lenswright.monitoring.window import Window
from lenswright.registry.bundle import Bundles
from lenswright.registry.promotion import Promotion
from lenswright.registry.versions import Versions
from lenswright.runs.journal import Journal
from lenswright.settings import Settings
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import Database, open_database
from lenswright.storage.feature_files import FeatureFiles
from lenswright.storage.thumbnails import Thumbnails
from lenswright.web.own_figures import own_figures


@dataclass(frozen=True)
class Services:
    """Everything the views may use. `start` begins the background work, `close` ends it in order."""

    settings: Settings
    clock: Callable[[], float]
    instance: Instance
    database: Database
    uploads: Blobs
    bundles: Bundles
    versions: Versions
    promotion: Promotion
    live: LiveModels
    journal: Journal
    supervisor: Supervisor
    window: Window
    request_log: RequestLog
    request_counts: RequestCounts
    intake: Intake
    kept_photos: KeptPhotos

    @cached_property
    def limits(self) -> DecodeLimits:
        """What a photo may weigh."""
        return _decode_limits(self.settings)

    @cached_property
    def archive_limits(self) -> ArchiveLimits:
        """What a zip may unpack to."""
        most = self.settings
        return ArchiveLimits(
            most.max_archive_members, most.max_archive_bytes, most.max_file_bytes, most.max_archive_ratio
        )

    @cached_property
    def keys(self) -> KeyRing:
        """The API keys, in memory."""
        return KeyRing(Keys(self.database, self.clock))

    @cached_property
    def keys_needed(self) -> bool:
        """Whether callers must show a key; settled at the start."""
        return keys_needed(self.settings, self.keys.keys)

    @cached_property
    def audit(self) -> AuditTrail:
        """Records who changes what."""
        return AuditTrail(self.database, self.clock, keep_days=self.settings.audit_days)

    @cached_property
    def feedback(self) -> FeedbackDesk:
        """Takes what people say of predictions."""
        return FeedbackDesk(self.database, self.intake, clock=self.clock)

    @cached_property
    def thumbnails(self) -> Thumbnails:
        """Small photos, each made once."""
        return Thumbnails(self.settings.data_folder / "thumbnails")

    @cached_property
    def forgetting(self) -> Forgetting:
        """Lets go of photos for good."""
        features = FeatureFiles(self.settings.data_folder / "features")
        leftovers = Leftovers(self.database, self.uploads, self.thumbnails, features)
        return Forgetting(self.database, leftovers, self.clock)

    @cached_property
    def caretaker(self) -> Caretaker:
        """Empties the bin, and sweeps up what no photo names; lets go of old entries of the audit log."""
        return Caretaker(
            self.forgetting,
            bin_days=self.settings.bin_days,
            clock=self.clock,
            also=(self.audit.forget_old,),
        )

    @cached_property
    def promoter(self) -> Promoter:
        """Lets another version answer."""
        return Promoter(self.versions, self.bundles, self.promotion, self.live)

    @cached_property
    def desk(self) -> TrainingDesk:
        """Takes orders for training."""
        return TrainingDesk(self.database, self.journal, self.versions, self.supervisor)

    @cached_property
    def instances(self) -> Instances:
        """Tells the other instances how this one is, and how they are."""
        figures = partial(own_figures, self.live, self.window)
        return Instances(self.database, self.instance, figures, clock=self.clock)

    @cached_property
    def drift(self) -> DriftWatch:
        """Holds recent answers against those to the validation photos."""
        return DriftWatch(self.database, self.report)

    @cached_property
    def report(self) -> Callable[[str, str], dict[str, Any]]:
        """Reads the report of (task, version): it never changes, and every status asks for it."""
        return lru_cache(maxsize=32)(self.bundles.report)

    def start(self) -> None:
        """Adopt the models that are there, load the live ones, look after training and the bin."""
        self.keys.start()
        self.versions.adopt(self.settings.bundled_models)
        self.live.start()
        self.supervisor.start()
        self.caretaker.start()
        self.instances.start()

    def close(self) -> None:
        """Stop the run that was started here, write what is still unwritten, let go of the database."""
        self.instances.close()
        self.supervisor.close()
        self.caretaker.close()
        self.live.close()
        self.kept_photos.close()
        self.keys.close()
        self.request_log.close()
        self.database.close()


def build_services(
    settings: Settings, *, clock: Callable[[], float] = time.time, trainer: Sequence[str] = TRAINER
) -> Services:
    """Return the services of one instance; `trainer` is the command that trains.

    Raises StorageFailure if its state cannot be opened.
    """
    database = open_database(settings.database)
    bundles = Bundles(Blobs(settings.blobs_at("models")))
    promotion, journal = Promotion(database, clock), Journal(database, clock)
    uploads = Blobs(settings.blobs_at("uploads"))
    intake = Intake(database, uploads, limits=_decode_limits(settings), clock=clock)
    keeper = Keeper(database, intake, settings.kept_photos_most, clock=clock)
    place = (settings.host, settings.port, os.getpid())
    instance = Instance(secrets.token_hex(4), *place, started_at=clock(), machine=socket.gethostname())
    return Services(
        settings=settings,
        clock=clock,
        instance=instance,
        database=database,
        uploads=uploads,
        bundles=bundles,
        versions=Versions(database, bundles, clock),
        promotion=promotion,
        live=_live_models(settings, promotion, bundles),
        journal=journal,
        supervisor=Supervisor(
            journal,
            Launcher(settings, trainer),
            machine=instance.machine,
            resume_interrupted=settings.resume_interrupted,
        ),
        window=Window(clock),
        request_log=RequestLog(database, clock, instance=instance.id, keep_days=settings.request_log_days),
        request_counts=RequestCounts(),
        intake=intake,
        kept_photos=KeptPhotos(keeper.keep, settings.keep_predicted_photos),
    )


def _decode_limits(settings: Settings) -> DecodeLimits:
    return DecodeLimits(settings.max_file_bytes, settings.max_pixels)


def _live_models(settings: Settings, promotion: Promotion, bundles: Bundles) -> LiveModels:
    # More than there are CPUs: now and then each waits for the interpreter, and another can compute.
    concurrent = settings.concurrent_predictions or 2 * cpu_count()
    cache = AnswerCache(int(settings.answer_cache_mb * 1e6), settings.answer_cache_s)
    return LiveModels(
        promotion,
        bundles,
        concurrent=concurrent,
        queue_size=settings.queue_size,
        deadline_s=settings.request_deadline_s,
        cache=cache,
    )


def register_services(app: Flask, services: Services) -> None:
    """Let the views of `app` reach `services`."""
    app.extensions["lenswright"] = services


def services() -> Services:
    """Return the services of the app that answers the present request."""
    found: Services = current_app.extensions["lenswright"]
    return found
