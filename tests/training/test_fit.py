import numpy as np
import pytest

from lenswright.errors import TrainingDiverged
from lenswright.runs.request import TrainingRequest
from lenswright.training import fit
from lenswright.training.fit import fit_head
from lenswright.training.head import LabelledFeatures, LinearHead


def two_clouds(count: int, seed: int, share: float = 0.5) -> LabelledFeatures:
    """Return embeddings (count, 6) around two centres; `share` of them are class 1."""
    random = np.random.default_rng(seed)
    labels = (np.arange(count) < share * count).astype(np.int64)
    centres = np.where(labels[:, None] == 1, 1.0, -1.0)
    return LabelledFeatures((centres + random.normal(0, 0.7, (count, 6))).astype(np.float32), labels)


def never() -> bool:
    return False


def test_the_head_separates_what_can_be_separated_and_reports_each_epoch() -> None:
    epochs: list[dict[str, float]] = []
    test = two_clouds(200, seed=3)
    head = fit_head(
        two_clouds(400, seed=1), two_clouds(100, seed=2), 2, TrainingRequest(epochs=8, learning_rate=0.05),
        on_epoch=epochs.append, should_stop=never,
    )  # fmt: skip
    assert (head.logits(test.embeddings).argmax(axis=1) == test.labels).mean() > 0.95
    assert [record["epoch"] for record in epochs] == list(range(1, len(epochs) + 1))
    assert {"loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "images_per_s"} <= set(epochs[0])


def test_the_same_seed_gives_the_same_head() -> None:
    heads = [
        fit_head(
            two_clouds(60, seed=1), two_clouds(30, seed=2), 2, TrainingRequest(epochs=2, seed=4),
            on_epoch=lambda _: None, should_stop=never,
        )
        for _ in range(2)
    ]  # fmt: skip
    assert np.array_equal(heads[0].kernel, heads[1].kernel)


def test_embeddings_read_from_disk_each_epoch_give_the_same_head(monkeypatch: pytest.MonkeyPatch) -> None:
    def fitted() -> LinearHead:
        return fit_head(
            two_clouds(60, seed=1), two_clouds(30, seed=2), 2, TrainingRequest(epochs=2),
            on_epoch=lambda _: None, should_stop=never,
        )  # fmt: skip

    in_memory = fitted()
    monkeypatch.setattr(fit, "HELD_BYTES", 0)
    assert np.array_equal(fitted().kernel, in_memory.kernel)


def test_a_stop_ends_the_fit_with_the_best_head_so_far() -> None:
    seen: list[int] = []
    head = fit_head(
        two_clouds(200, seed=1), two_clouds(50, seed=2), 2, TrainingRequest(epochs=500, patience=500),
        on_epoch=lambda record: seen.append(record["epoch"]), should_stop=lambda: len(seen) >= 3,
    )  # fmt: skip
    assert head.epochs < 10
    assert np.isfinite(head.kernel).all()


def test_a_rare_class_is_not_forgotten() -> None:
    train = two_clouds(400, seed=1, share=0.02)
    validation = two_clouds(200, seed=2)
    head = fit_head(
        train,
        validation,
        2,
        TrainingRequest(epochs=10, learning_rate=0.05),
        on_epoch=lambda _: None,
        should_stop=never,
    )
    answers = head.logits(validation.embeddings).argmax(axis=1)
    assert (answers[validation.labels == 1] == 1).mean() > 0.8


def test_the_head_kept_is_the_one_its_numbers_are_of() -> None:
    validation = two_clouds(100, seed=2)
    head = fit_head(
        two_clouds(400, seed=1), validation, 2, TrainingRequest(epochs=6, learning_rate=0.05),
        on_epoch=lambda _: None, should_stop=never,
    )  # fmt: skip
    answers = head.logits(validation.embeddings).argmax(axis=1)
    assert head.val_accuracy == pytest.approx((answers == validation.labels).mean(), abs=1e-6)
    assert 0 < head.val_loss < 0.5


@pytest.mark.parametrize("knobs", [{"mixup": 0.4}, {"label_smoothing": 0.2}, {"weight_decay": 0.5}])
def test_softer_ways_to_learn_give_softer_answers(knobs: dict[str, float]) -> None:
    def largest(request: TrainingRequest) -> float:
        head = fit_head(
            two_clouds(400, seed=1), two_clouds(100, seed=2), 2, request,
            on_epoch=lambda _: None, should_stop=never,
        )  # fmt: skip
        return float(np.abs(head.kernel).sum())

    plain = TrainingRequest(epochs=20, learning_rate=0.05, weight_decay=0.0, dropout=0.0)
    assert largest(plain.model_copy(update=knobs)) < largest(plain)


def test_a_loss_that_is_no_number_is_said_so() -> None:
    broken = LabelledFeatures(np.full((20, 6), np.nan, np.float32), np.arange(20) % 2)
    with pytest.raises(TrainingDiverged, match="epoch 1"):
        fit_head(
            broken, two_clouds(20, seed=2), 2, TrainingRequest(epochs=2),
            on_epoch=lambda _: None, should_stop=never,
        )  # fmt: skip
