"""How fast this machine answers with the model that serves: decoding and inference, without HTTP."""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np

from lenswright.diagnosis.drawn_photos import draw_photo
from lenswright.diagnosis.serving_choice import Measured
from lenswright.errors import NoModel, NotFound
from lenswright.inference.bench import Bench
from lenswright.inference.classifier import Classifier
from lenswright.registry.bundle import NETWORK, Bundle, Bundles
from lenswright.registry.promotion import Promotion
from lenswright.settings import Settings
from lenswright.storage.blobs import Blobs
from lenswright.storage.read_only import open_read_only, state_of

PHOTOS = 32  # different ones: a decoder must not always see the same
START_S = 60.0
TURNS = 5


def serving_bundle(settings: Settings, task: str) -> Bundle:
    """Return the champion of `task`, else the newest bundled model of it.

    Raises NoModel, BundleRefused or StorageFailure.
    """
    version = _champions(settings.database).get(task)
    if version is not None:
        return Bundles(Blobs(settings.blobs_at("models"))).load(task, version)
    if settings.bundled_models is not None:
        shipped = Bundles(Blobs(str(settings.bundled_models.resolve())))
        versions = [version for found, version in shipped.found() if found == task]
        if versions:
            return shipped.load(task, versions[-1])
    raise NoModel(task)


def classifiers(bundle: Bundle) -> list[Classifier]:
    """Return what `bundle` can answer with, proven: the network that serves, then its float32 twin.

    Raises BundleRefused.
    """
    loaded = [Classifier(bundle)]
    loaded[0].verify_golden()
    if bundle.fallback is not None and loaded[0].network != NETWORK:
        loaded.append(Classifier(_float32(bundle, bundle.fallback)))
        loaded[1].verify_golden()
    return loaded


def measure_turns(
    loaded: Sequence[Classifier], concurrent: Sequence[int], seconds: float
) -> Iterator[Measured]:
    """Yield `TURNS` measurements for each of `loaded` and each of `concurrent`, in `seconds` altogether.

    They take turns, so that what else the machine does meanwhile hits all of them.
    """
    photos = [draw_photo(seed) for seed in range(PHOTOS)]
    share_s = seconds / (TURNS * len(loaded) * len(concurrent))
    for _ in range(TURNS):
        for classifier in loaded:
            for callers in concurrent:
                yield measure(classifier, photos, callers, share_s)


def measure(classifier: Classifier, photos: Sequence[bytes], concurrent: int, seconds: float) -> Measured:
    """Return how fast `concurrent` callers are answered who ask on and on for `seconds`."""
    bench = Bench(concurrent, concurrent)
    works = [partial(classifier.classify, photo) for photo in photos]
    start = threading.Barrier(concurrent)

    def ask_on(number: int) -> list[float]:
        bench.run(works[number % len(works)])  # the first one of a thread is slower
        start.wait(START_S)
        ends = time.perf_counter() + seconds
        took: list[float] = []
        while not took or time.perf_counter() < ends:
            began = time.perf_counter()
            bench.run(works[(number + len(took)) % len(works)])
            took.append(time.perf_counter() - began)
        return took

    try:
        with ThreadPoolExecutor(concurrent, thread_name_prefix="caller") as callers:
            took_s = list(callers.map(ask_on, range(concurrent)))
    finally:
        bench.close()
    p50_ms, p99_ms = (np.percentile(np.concatenate(took_s), (50, 99)) * 1e3).tolist()
    rate = sum(len(took) / sum(took) for took in took_s)
    return Measured(classifier.network, concurrent, rate, p50_ms, p99_ms)


def _float32(bundle: Bundle, onnx: bytes) -> Bundle:
    """Return the bundle as if its float32 network served."""
    golden = bundle.manifest.golden
    manifest = replace(
        bundle.manifest, network=NETWORK, golden={**golden, "probabilities": golden["fallback"]}
    )
    return replace(bundle, manifest=manifest, onnx=onnx, fallback=None)


def _champions(url: str) -> dict[str, str]:
    try:
        database = open_read_only(url)
    except NotFound:
        return {}
    try:
        return {} if state_of(database) == "empty" else Promotion(database).champions()
    finally:
        database.close()
