from typing import Any

import pytest

from lenswright.dashboard.pages import form, knobs
from lenswright.runs.options import training_options

OPTIONS = training_options("cats-vs-dogs", 7_996, ())
NEW: dict[str, Any] = {
    **{"name": "cutmix_share", "type": "number", "default": 0.0, "least": 0, "most": 1, "choices": []},
    **{"group": "Novelties", "presets": ["best"], "help": "patches of other photos", "nullable": False},
}


def names(kind: str, preset: str) -> set[str]:
    return {field["name"] for field in knobs.fields_for(OPTIONS, kind, preset)}


def field(name: str) -> dict[str, Any]:
    return next(field for field in OPTIONS["fields"] if field["name"] == name)


def test_a_field_the_api_offers_newly_appears_by_itself() -> None:
    shown = str(knobs.form({**OPTIONS, "fields": [*OPTIONS["fields"], NEW]}, "train", "best", {}))
    assert all(words in shown for words in ("Novelties", "Cutmix share", "Patches of other photos"))


def test_only_what_matters_to_the_preset_is_shown() -> None:
    assert "fine_tune_epochs" in names("train", "best") - names("train", "fast")
    assert "flip" in names("train", "scratch") - names("train", "fast")
    assert not names("train", "fast") & {"preset", "trials"}


def test_tuning_asks_for_trials_and_a_comparison_for_no_single_network() -> None:
    assert names("tune", "best") == names("train", "fast") | {"trials"}
    assert not names("compare", "fast") & {"preset", "backbone", "weights", "trials"}
    assert "fine_tune_epochs" in names("compare", "fast")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("epochs", 0, "Expected a whole number, 1\xa0–\xa01,000."),
        ("epochs", 2.5, "Expected a whole number"),
        ("epochs", None, "Expected a value."),
        ("dropout", "0.", "Expected a number, 0\xa0–\xa00.9."),
        ("learning_rate", 11, "Expected a number, 1e-7\xa0–\xa010."),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(name: str, value: Any, words: str) -> None:
    assert words in knobs.wrong([field(name)], {name: value})[name]


def test_a_right_value_and_an_empty_automatic_one_are_not_wrong() -> None:
    fields = [field("epochs"), field("dropout"), field("learning_rate")]
    assert knobs.wrong(fields, {"epochs": 1000, "dropout": 0, "learning_rate": None}) == {}


def test_only_what_differs_from_the_default_is_kept() -> None:
    before = {"dropout": 0.5, "flip": False}
    given = {"epochs": 60, "learning_rate": "", "dropout": 0.2, "int8": False}
    assert knobs.differing(OPTIONS, given, before) == {"flip": False, "int8": False}


def test_a_group_says_what_was_changed_in_it_and_what_is_wrong() -> None:
    fields = knobs.fields_for(OPTIONS, "train", "fast")
    assert knobs.note(fields, "Head", {}, {}) == ""
    assert knobs.note(fields, "Head", {"epochs": 6, "views": 2, "size_px": 96}, {}) == "2 changed"
    assert knobs.note(fields, "Head", {"epochs": 0}, {"epochs": "Expected"}) == "1 to correct"


def test_a_refusal_of_the_api_is_shown_at_its_field_until_the_form_changes() -> None:
    asked = form.gather("train", "fast", {"epochs": 7}, [])
    detail = "Expected 'epochs' to be a whole number from 1 to 5. Received: 7."
    refusal = {"detail": detail, "form": asked}
    ids = [{"type": "knob", "name": name} for name in ("epochs", "dropout")]
    errors, notes, reset = form.mark(asked, ids, refusal, [{"type": "knob-note", "name": "Head"}], OPTIONS)
    assert errors == ["Expected a whole number from 1 to 5.", None]
    assert (notes, reset) == (["1 to correct"], "")
    assert knobs.refused(refusal, form.gather("train", "fast", {"epochs": 5}, [])) == {}


def test_a_group_without_fields_keeps_its_place_so_that_open_ones_stay_open() -> None:
    folds = knobs.form(OPTIONS, "train", "fast", {}).children[-1].children
    hidden = {fold.children[0].children[1].children for fold in folds if "hidden" in fold.className}
    assert hidden == {"Fine-tuning", "Augmentation"}


def test_every_knob_has_a_label_and_its_help() -> None:
    shown = str(knobs.form(OPTIONS, "compare", "fast", {"size_px": 96}))
    for name in names("compare", "fast"):
        assert f"label='{knobs.label(name)}'" in shown
    assert (knobs.label("size_px"), knobs.label("rotation_degrees")) == ("Size (px)", "Rotation (°)")
    assert "value=96" in shown
