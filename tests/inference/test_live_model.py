"""Models are swapped under load without an error, and a bad one never takes over."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lenswright.errors import NoModel, Overloaded, StorageFailure, Unavailable
from lenswright.inference.classifier import Classifier
from lenswright.inference.live_model import LiveModels
from lenswright.registry.bundle import Bundles
from lenswright.registry.promotion import Promotion
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import Database, open_database
from tests.models import TASK, photo_of, write_tiny_bundle

A, B = "20260101-000000-aaaa", "20260102-000000-bbbb"


class Shop:
    """What the tests share: a database, a folder of bundles, and live models over them."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder / "models"
        self.database: Database = open_database(url)
        self.promotion = Promotion(self.database)
        self.bundles = Bundles(Blobs(str(self.folder)))
        self.live = self.open()

    def open(self, **options: object) -> LiveModels:
        settings = {"concurrent": 2, "poll_s": 0.02, **options}
        return LiveModels(self.promotion, self.bundles, **settings)  # type: ignore[arg-type]

    def promote(self, version: str, **changes: object) -> None:
        write_tiny_bundle(self.bundles, version=version, **changes)  # type: ignore[arg-type]
        self.promotion.promote(TASK, version, "", "test")


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Iterator[Shop]:
    opened = Shop(tmp_path, database_url)
    yield opened
    opened.live.close()
    opened.database.close()


def wait_for(condition: Callable[[], object]) -> None:
    ends = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < ends, "nothing happened for ten seconds"
        time.sleep(0.005)


def test_without_a_champion_there_is_no_answer_but_readiness(shop: Shop) -> None:
    assert not shop.live.ready()
    shop.live.start()
    wait_for(shop.live.ready)
    with pytest.raises(NoModel, match=TASK):
        shop.live.classify(TASK, photo_of(0))


def test_a_promotion_is_followed_by_itself_and_so_is_the_next(shop: Shop) -> None:
    shop.live.start()
    shop.promote(A)
    wait_for(lambda: shop.live.current(TASK))
    assert shop.live.classify(TASK, photo_of(1)).version == A
    shop.promote(B)
    wait_for(lambda: shop.live.classify(TASK, photo_of(1)).version == B)
    shop.promotion.rollback(TASK)
    wait_for(lambda: shop.live.classify(TASK, photo_of(1)).version == A)


def test_a_restarted_instance_serves_the_champion_again(shop: Shop) -> None:
    shop.promote(A)
    for _ in range(2):
        live = shop.open()
        live.start()
        wait_for(live.ready)
        assert live.classify(TASK, photo_of(0)).version == A
        live.close()


def test_top_k_cuts_the_ranking_only(shop: Shop) -> None:
    shop.promote(A)
    shop.live.refresh()
    found = shop.live.classify(TASK, photo_of(1), top_k=1)
    assert found.probabilities == (("dog", found.confidence),)


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:100])


@pytest.mark.parametrize(
    ("name", "harm", "said"),
    [
        ("model.onnx", flip, "model.onnx of model"),
        ("model.keras", flip, "model.keras of model"),
        ("model.onnx", Path.unlink, "lacks its file"),
        ("manifest.json", truncate, "manifest of model"),
        ("manifest.json", Path.unlink, "There is no model"),
    ],
)
def test_a_damaged_bundle_is_refused_and_the_old_model_keeps_serving(
    shop: Shop, name: str, harm: Callable[[Path], None], said: str
) -> None:
    shop.promote(A)
    shop.live.refresh()
    write_tiny_bundle(shop.bundles, version=B)
    harm(shop.folder / TASK / B / name)
    shop.promotion.promote(TASK, B, "", "test")
    shop.live.refresh()

    assert shop.live.classify(TASK, photo_of(0)).version == A
    assert said in str(shop.live.problem(TASK))


def test_a_champion_that_is_damaged_at_the_start_gives_way_to_the_one_before(shop: Shop) -> None:
    shop.promote(A)
    shop.promote(B)
    network = shop.folder / TASK / B / "model.onnx"
    whole = network.read_bytes()
    network.write_bytes(whole[:-1])
    shop.live.start()
    wait_for(shop.live.ready)
    assert shop.live.classify(TASK, photo_of(0)).version == A
    assert "model.onnx" in (shop.live.problem(TASK) or "")
    network.write_bytes(whole)
    shop.live.refresh()
    assert (shop.live.classify(TASK, photo_of(0)).version, shop.live.problem(TASK)) == (B, None)


def test_where_every_model_is_damaged_the_refusal_says_why(shop: Shop) -> None:
    for version in (A, B):
        shop.promote(version)
        (shop.folder / TASK / version / "model.onnx").unlink()
    shop.live.start()
    wait_for(shop.live.ready)
    with pytest.raises(NoModel, match=f"{B} lacks its file model.onnx"):
        shop.live.classify(TASK, photo_of(0))


def test_wrong_golden_answers_are_refused_and_the_old_model_keeps_serving(shop: Shop) -> None:
    shop.promote(A)
    shop.live.refresh()
    shop.promote(B, golden={"seed": 7, "probabilities": [[0.5, 0.5]] * 4})
    shop.live.refresh()
    assert shop.live.classify(TASK, photo_of(0)).version == A
    assert "golden answers" in str(shop.live.problem(TASK))


def test_a_refused_bundle_is_not_read_each_second_but_gets_another_chance_when_asked(shop: Shop) -> None:
    shop.promote(A)
    network = shop.folder / TASK / A / "model.onnx"
    whole = network.read_bytes()
    flip(network)
    tried: list[str] = []

    def load(bundle: object) -> Classifier:
        tried.append("tried")
        return Classifier(bundle)  # type: ignore[arg-type]

    live = shop.open(load=load)
    live.start()
    wait_for(lambda: live.problem(TASK))
    network.write_bytes(whole)
    time.sleep(0.2)  # ten looks at the champions
    assert not tried
    live.refresh()
    assert live.problem(TASK) is None
    assert live.classify(TASK, photo_of(0)).version == A
    live.close()


def test_a_problem_is_over_when_the_old_model_is_champion_again(shop: Shop) -> None:
    shop.promote(A)
    shop.live.refresh()
    shop.promote(B, golden={"seed": 7, "probabilities": [[0.5, 0.5]] * 4})
    shop.live.refresh()
    shop.promotion.rollback(TASK)
    shop.live.refresh()
    assert shop.live.problem(TASK) is None


def test_one_tasks_broken_model_does_not_keep_another_task_away(shop: Shop) -> None:
    shop.promote(A)
    write_tiny_bundle(shop.bundles, task="birds", version=B)
    shop.promotion.promote("birds", B, "", "test")

    def load(bundle: object) -> Classifier:
        if bundle.manifest.task == "birds":  # type: ignore[attr-defined]
            raise MemoryError("no memory for it")
        return Classifier(bundle)  # type: ignore[arg-type]

    live = shop.open(load=load)
    live.refresh()
    assert live.current(TASK)
    assert live.problem("birds") == "no memory for it"
    live.close()


class AwayPromotion(Promotion):
    """A database that can be taken away."""

    away = False

    def champions(self) -> dict[str, str]:
        if self.away:
            raise StorageFailure("The database is away.")
        return super().champions()


def test_a_database_that_is_away_leaves_the_loaded_model_serving(shop: Shop) -> None:
    shop.promote(A)
    promotion = AwayPromotion(shop.database)
    live = LiveModels(promotion, shop.bundles, poll_s=0.01)
    live.start()
    wait_for(lambda: live.current(TASK))
    promotion.away = True
    time.sleep(0.05)
    assert live.classify(TASK, photo_of(0)).version == A
    promotion.away = False
    shop.promote(B)
    wait_for(lambda: live.classify(TASK, photo_of(0)).version == B)
    live.close()


class SlowClassifier(Classifier):
    """Answers only when it is let go."""

    go = threading.Event()

    def classify(self, *args: object, **options: object) -> object:  # type: ignore[override]
        assert self.go.wait(10)
        return super().classify(*args, **options)  # type: ignore[arg-type]


def test_more_callers_than_the_queue_holds_are_refused_and_the_others_answered(shop: Shop) -> None:
    shop.promote(A)
    live = shop.open(concurrent=1, queue_size=2, load=SlowClassifier)
    live.refresh()
    outcomes: list[str] = []

    def call() -> None:
        try:
            outcomes.append(live.classify(TASK, photo_of(0)).version)
        except Overloaded:
            outcomes.append("refused")

    callers = [threading.Thread(target=call) for _ in range(8)]
    for caller in callers:
        caller.start()
    wait_for(lambda: outcomes.count("refused") == 5)
    SlowClassifier.go.set()
    for caller in callers:
        caller.join()
    assert sorted(outcomes) == [A] * 3 + ["refused"] * 5
    assert live.classify(TASK, photo_of(0)).version == A  # the places are free again
    live.close()
    with pytest.raises(Unavailable, match="shutting down"):
        live.classify(TASK, photo_of(0))


def test_twenty_swaps_under_four_threads_drop_and_mix_up_no_answer(shop: Shop) -> None:
    versions = [f"202601{day:02d}-000000-aaaa" for day in range(1, 22)]
    data, confidences = photo_of(0), {}
    for step, version in enumerate(versions):
        write_tiny_bundle(shop.bundles, version=version, sharpness=2.0 + step / 10)
        confidences[version] = Classifier(shop.bundles.load(TASK, version)).classify(data).confidence
    assert len(set(confidences.values())) == len(versions)
    shop.promotion.promote(TASK, versions[0], "", "test")
    shop.live.start()
    wait_for(lambda: shop.live.current(TASK))

    failures: list[object] = []
    seen: set[str] = set()
    stop = threading.Event()

    def call() -> None:
        while not stop.is_set():
            try:
                found = shop.live.classify(TASK, data)
            except Exception as exc:  # the test is about there being none
                failures.append(exc)
                return
            seen.add(found.version)
            if found.confidence != confidences[found.version]:
                failures.append((found.version, found.confidence))

    callers = [threading.Thread(target=call) for _ in range(4)]
    for caller in callers:
        caller.start()
    for version in versions[1:]:
        shop.promotion.promote(TASK, version, "", "test")
        wait_for(lambda version=version: version in seen)
    stop.set()
    for caller in callers:
        caller.join()
    assert failures == []
    assert seen == set(versions)
