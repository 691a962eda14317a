"""Kept answers are those of the same photo and version, few enough, and young enough."""

import threading
import tracemalloc
from dataclasses import replace

import pytest

from lenswright.errors import UnreadableImage
from lenswright.inference.answer_cache import AnswerCache, size_of
from lenswright.inference.prediction import Prediction

ANSWER = Prediction("t", "v1", "cat", 0.9, (("cat", 0.9), ("dog", 0.1)), "accepted", 2.0, 3.0, 0.1, 0.2, 0.3)
ROOM = 10 * size_of(ANSWER)


class Clock:
    """Time that passes when told to."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Model:
    """Answers, and counts how often it was asked."""

    def __init__(self, answer: Prediction = ANSWER) -> None:
        self.answer, self.asked = answer, 0

    def __call__(self) -> Prediction:
        self.asked += 1
        return self.answer


def test_the_same_photo_is_answered_once_and_then_from_the_cache() -> None:
    cache, model = AnswerCache(ROOM), Model()
    assert cache.answer(b"photo", "t", "v1", model) == ANSWER
    again = cache.answer(b"photo", "t", "v1", model)
    assert again == replace(ANSWER, cached=True, decode_ms=0.0, inference_ms=0.0)
    assert model.asked == 1
    counts = cache.counts()
    assert (counts.hits, counts.misses, counts.entries, counts.bytes) == (1, 1, 1, size_of(ANSWER))


@pytest.mark.parametrize("other", [(b"other", "t", "v1"), (b"photo", "u", "v1"), (b"photo", "t", "v2")])
def test_another_photo_task_or_version_is_asked_for(other: tuple[bytes, str, str]) -> None:
    cache, model = AnswerCache(ROOM), Model()
    cache.answer(b"photo", "t", "v1", model)
    assert not cache.answer(*other, model).cached
    assert model.asked == 2


def test_an_answer_is_given_again_until_it_is_too_old() -> None:
    clock, model = Clock(), Model()
    cache = AnswerCache(ROOM, 300, clock)
    cache.answer(b"photo", "t", "v1", model)
    clock.now += 299
    assert cache.answer(b"photo", "t", "v1", model).cached
    clock.now += 1  # being used does not make it younger
    assert not cache.answer(b"photo", "t", "v1", model).cached
    assert cache.answer(b"photo", "t", "v1", model).cached
    assert cache.counts().entries == 1


def test_the_answer_unused_for_longest_makes_room() -> None:
    cache, model = AnswerCache(2 * size_of(ANSWER)), Model()
    for data in (b"a", b"b", b"a", b"c"):
        cache.answer(data, "t", "v1", model)
    assert cache.counts().bytes == 2 * size_of(ANSWER)
    asked = model.asked
    assert cache.answer(b"a", "t", "v1", model).cached
    assert cache.answer(b"c", "t", "v1", model).cached
    assert model.asked == asked
    assert not cache.answer(b"b", "t", "v1", model).cached


def test_an_answer_larger_than_the_cache_is_given_and_not_kept() -> None:
    cache, model = AnswerCache(size_of(ANSWER) - 1), Model()
    for _ in range(2):
        assert not cache.answer(b"photo", "t", "v1", model).cached
    assert (cache.counts().entries, cache.counts().bytes) == (0, 0)


def test_what_is_kept_takes_no_more_memory_than_is_counted() -> None:
    cache = AnswerCache(100_000_000)
    classes = [f"class {number}" for number in range(120)]
    tracemalloc.start()
    for number in range(200):
        probabilities = tuple((name, number / 1_000_003 + 1) for name in classes)
        answer = Prediction(
            "t", "v", "class 0", number / 7, probabilities, "accepted", number / 3, number / 5
        )
        cache.answer(str(number).encode(), "t", "v", Model(answer))
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert cache.counts().bytes / 2 < taken < cache.counts().bytes


def test_a_cache_without_room_is_off_and_counts_nothing() -> None:
    cache, model = AnswerCache(0), Model()
    for _ in range(2):
        assert cache.answer(b"photo", "t", "v1", model) is ANSWER
    assert vars(cache.counts()) == {"hits": 0, "misses": 0, "entries": 0, "bytes": 0}


def test_a_refused_photo_is_refused_again() -> None:
    cache = AnswerCache(ROOM)

    def refuse() -> Prediction:
        raise UnreadableImage("It is damaged.")

    for _ in range(2):
        with pytest.raises(UnreadableImage):
            cache.answer(b"photo", "t", "v1", refuse)
    assert (cache.counts().misses, cache.counts().entries) == (2, 0)


def test_many_threads_find_only_their_own_answers_and_the_bytes_stay_right() -> None:
    cache = AnswerCache(5 * size_of(ANSWER))
    wrong: list[Prediction] = []

    def work(first: int) -> None:
        for number in range(400):
            name = str((first + number) % 9)
            found = cache.answer(name.encode(), "t", "v1", Model(replace(ANSWER, predicted_class=name)))
            if found.predicted_class != name:
                wrong.append(found)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = cache.counts()
    assert wrong == []
    assert counts.hits + counts.misses == 1_600
    assert counts.bytes == counts.entries * size_of(ANSWER) == 5 * size_of(ANSWER)
