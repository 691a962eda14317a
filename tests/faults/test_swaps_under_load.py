"""Promotions and rollbacks while eight clients ask as fast as they can."""

from typing import Any

import pytest

from tests.builders import photo
from tests.faults.conftest import Note, Serve
from tests.faults.load import Load
from tests.faults.service import FIRST, SECOND, known_answers, stock
from tests.models import photo_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]

SWAPS = 20
BETWEEN = 25  # answers after each swap
TOLERANCE = 1e-5


@pytest.mark.parametrize("cache_mb", ["0", "5"])
def test_twenty_promotions_and_rollbacks_fail_no_request_and_mix_no_answers(
    serve: Serve, note: Note, tmp_path: Any, cache_mb: str
) -> None:
    bundles = stock(tmp_path / "home")
    photos = [photo_of(number % 2, seed=number) for number in range(12)]
    photos += [photo((120, 60 + 9 * seed, 90), seed=seed) for seed in range(12)]  # of which no model is sure
    known = known_answers(bundles, photos)
    service = serve(tmp_path / "home", answer_cache_mb=cache_mb)
    assert service.champion() == SECOND

    def check(number: int, answer: dict[str, Any]) -> str | None:
        right = known.get(answer["model_version"], [{}] * len(photos))[number]
        return None if answer["probabilities"] == pytest.approx(right, abs=TOLERANCE) else f"{answer}"

    with Load(service.port, photos, check) as load:
        load.wait_for_answers(BETWEEN)
        for _ in range(SWAPS // 2):
            assert service.promote(FIRST).json()["previous"] == SECOND
            load.wait_for_answers(BETWEEN)
            back = service.post("/models/rollback").json()
            assert (back["version"], back["previous"]) == (SECOND, FIRST)
            load.wait_for_answers(BETWEEN)
    assert load.failures == []
    assert {version for *_, version in load.seen} == {FIRST, SECOND}
    note(
        "20 promotions and rollbacks under full load",
        seen="every answer is one version's own; nobody notices",
        figure=f"0 of {len(load.seen)} failed",
    )
