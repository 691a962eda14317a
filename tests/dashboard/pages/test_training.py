from typing import Any

import pytest

from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.pages import form, training
from lenswright.errors import ApiRefused
from lenswright.runs.options import training_options
from tests.dashboard.fake_api import FakeApi

FACTS = {"reachable": True, "task": "cats-vs-dogs", "run_id": None, "labelled": 60}
ENOUGH = {"splits": {"train": 20, "validation": 2, "test": 2}, "labelled": 24}
OPTIONS = training_options("cats-vs-dogs", 60, ())


def asked(kind: str = "train", preset: str = "fast", configurations: Any = (), **changed: Any) -> dict:
    return form.gather(kind, preset, changed, list(configurations))


def classes(**totals: int) -> list[dict]:
    return [{"label": label, "total": total} for label, total in totals.items()]


def preflight(found: dict, facts: dict = FACTS, wishes: dict | None = None, refusal: Any = None) -> Any:
    return training.preflight(found, facts, OPTIONS, wishes or asked(), refusal)


READY = {**ENOUGH, "classes": classes(cat=12, dog=12)}


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({**ENOUGH, "classes": []}, "so far there are none"),
        ({**ENOUGH, "classes": classes(cat=12)}, "only cat"),
        ({**ENOUGH, "classes": classes(cat=12, dog=3)}, "dog (3)"),
        ({"classes": classes(cat=12, dog=12), "splits": {"train": 24}}, "validation and test"),
    ],
)
def test_preflight_names_what_is_missing(found: dict, words: str) -> None:
    assert words in " ".join(training.obstacles(found))


def test_start_is_off_until_the_photos_suffice() -> None:
    assert preflight(READY)[:2] == (None, False)
    words, off, _ = preflight({**READY, "classes": classes(cat=12)})
    assert off
    assert "Add photos" in str(words)
    assert preflight(READY, {**FACTS, "run_id": 7})[1]
    assert preflight(READY, {**FACTS, "reachable": False})[1]


def test_start_is_off_while_a_setting_is_wrong_or_nothing_is_to_be_compared() -> None:
    words, off, _ = preflight(READY, wishes=asked(epochs=0))
    assert off
    assert "To correct: Epochs." in str(words)
    assert preflight(READY, wishes=asked(fine_tune_epochs=0))[1] is False  # of no matter to this preset
    assert preflight(READY, wishes=asked("compare"))[1]
    words, off, _ = preflight(READY, wishes=asked("compare", configurations=[{"preset": "fast"}]))
    assert not off
    assert "for all 1" in str(words)


def test_only_what_differs_and_matters_is_sent() -> None:
    def body(wishes: dict) -> dict:
        return training.wishes(None, OPTIONS, wishes)

    assert body(asked()) == {}
    assert body(asked(fine_tune_epochs=3, epochs=9)) == {"epochs": 9}
    assert body(asked(preset="best", fine_tune_epochs=3)) == {"preset": "best", "fine_tune_epochs": 3}
    assert body(asked("tune", preset="best", trials=5)) == {"trials": 5}
    compared = asked("compare", configurations=[{"preset": "best"}], backbone="vgg16", seed=3)
    assert body(compared) == {"configurations": [{"preset": "best"}], "seed": 3}


@pytest.mark.parametrize("kind", ["train", "tune", "compare"])
def test_start_sends_the_form_and_a_second_start_is_refused(fake: FakeApi, api: ApiClient, kind: str) -> None:
    fake.runs.train_s = 60
    wishes = asked(kind, configurations=[{"preset": "best"}], epochs=9)
    assert training.start(api, 1, FACTS, OPTIONS, wishes) == ({"started": 4}, None)
    assert fake.runs.all[-1]["wishes"]["epochs"] == 9
    with pytest.raises(ApiRefused, match="in progress"):
        training.start(api, 2, FACTS, OPTIONS, wishes)


def test_what_the_api_refuses_of_the_form_is_said_beside_start(api: ApiClient) -> None:
    wishes = asked(epochs=4_000)
    woken, refusal = training.start(api, 1, FACTS, OPTIONS, wishes)
    assert woken is training.no_update
    assert "Expected 'epochs' to be" in str(
        preflight(READY, wishes=asked(seed=1), refusal=refusal | {"form": asked(seed=1)})[0]
    )
    assert refusal["form"] == wishes


def test_the_form_stays_still_while_the_options_are_the_same(api: ApiClient) -> None:
    options = training.fetch_options(api, FACTS, None)
    assert training.fetch_options(api, FACTS, options) is training.no_update
    assert {preset["name"] for preset in options["presets"]} == {"fast", "best", "scratch"}


def test_each_kind_shows_its_own_part_of_the_form() -> None:
    assert training.choose_kind("train")[2:] == ("", "hidden", "Start training")
    assert training.choose_kind("tune")[2:] == ("hidden", "hidden", "Start tuning")
    assert training.choose_kind("compare")[2:] == ("hidden", "", "Start comparing")
