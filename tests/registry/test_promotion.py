"""One champion per task, its history, and the way back."""

import threading

import pytest

from lenswright.errors import Conflict
from lenswright.registry.promotion import Promotion
from lenswright.storage.database import Database


@pytest.fixture
def promotion(database: Database) -> Promotion:
    return Promotion(database, lambda: 1_795_000_000.0)


def test_a_task_without_promotion_has_no_champion(promotion: Promotion) -> None:
    assert promotion.champion("pets") is None
    assert promotion.champions() == {}
    assert promotion.previous("pets") is None


def test_promoting_returns_the_one_before_and_writes_history_newest_first(promotion: Promotion) -> None:
    assert promotion.promote("pets", "v1", "the first", "run 1") is None
    assert promotion.promote("pets", "v2", "better", "run 2") == "v1"
    promotion.promote("birds", "b1", "another task", "api")

    assert promotion.champions() == {"pets": "v2", "birds": "b1"}
    history = [
        (record.version, record.previous, record.reason, record.by) for record in promotion.history("pets")
    ]
    assert history == [("v2", "v1", "better", "run 2"), ("v1", None, "the first", "run 1")]
    assert promotion.history("pets")[0].at == 1_795_000_000.0


def test_a_promotion_against_the_gate_says_so_in_the_history_for_good(promotion: Promotion) -> None:
    promotion.promote("pets", "v1", "the first", "run 1")
    promotion.promote("pets", "v2", "we know better", "api", overridden=True)
    promotion.promote("pets", "v3", "better", "run 3")
    assert promotion.rollback("pets") == ("v2", "v3")
    told = [(record.version, record.overridden) for record in promotion.history("pets")]
    assert told == [("v2", False), ("v3", False), ("v2", True), ("v1", False)]


def test_promoting_the_champion_again_changes_nothing(promotion: Promotion) -> None:
    promotion.promote("pets", "v1", "the first", "run 1")
    assert promotion.promote("pets", "v1", "again", "api") == "v1"
    assert len(promotion.history("pets")) == 1


def test_rolling_back_twice_goes_two_champions_back(promotion: Promotion) -> None:
    for version in ("v1", "v2", "v3"):
        promotion.promote("pets", version, "", "api")
    assert promotion.previous("pets") == "v2"
    assert promotion.rollback("pets") == ("v2", "v3")
    assert promotion.rollback("pets") == ("v1", "v2")
    assert promotion.champion("pets") == "v1"
    with pytest.raises(Conflict, match="no earlier model"):
        promotion.rollback("pets")


def test_after_a_rollback_a_new_promotion_returns_to_where_the_rollback_went(promotion: Promotion) -> None:
    for version in ("v1", "v2"):
        promotion.promote("pets", version, "", "api")
    promotion.rollback("pets")
    promotion.promote("pets", "v3", "", "api")
    assert promotion.rollback("pets") == ("v1", "v3")


def test_a_reason_that_reads_like_a_rollback_is_none(promotion: Promotion) -> None:
    for version in ("v1", "v2"):
        promotion.promote("pets", version, "Rolled back from everything.", "api")
    assert promotion.rollback("pets") == ("v1", "v2")


def test_there_is_nothing_to_roll_back_for_an_unknown_task(promotion: Promotion) -> None:
    with pytest.raises(Conflict, match="'fish'"):
        promotion.rollback("fish")


def test_promotions_of_many_threads_form_one_chain(promotion: Promotion) -> None:
    def promote(version: str) -> None:
        promotion.promote("pets", version, "", "api")

    threads = [threading.Thread(target=promote, args=(f"v{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    history = promotion.history("pets")[::-1]
    assert [record.previous for record in history] == [None, *(record.version for record in history[:-1])]
    assert promotion.champion("pets") == history[-1].version
