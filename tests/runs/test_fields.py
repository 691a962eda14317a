"""Fields as people meet them, read from a model."""

from lenswright.runs.fields import fields_of
from lenswright.runs.request import TrainingRequest


def test_a_field_tells_its_type_range_default_and_place() -> None:
    epochs = fields_of(TrainingRequest)["fine_tune_epochs"]
    assert (epochs.type, epochs.default, epochs.least, epochs.most) == ("integer", 6, 1, 100)
    assert (epochs.nullable, epochs.group, epochs.presets) == (False, "Fine-tuning", ("best",))


def test_a_field_that_may_be_empty_says_so() -> None:
    rate = fields_of(TrainingRequest)["learning_rate"]
    assert (rate.type, rate.nullable, rate.default, rate.most) == ("number", True, None, 10)


def test_choices_come_in_their_order() -> None:
    fields = fields_of(TrainingRequest)
    assert fields["preset"].choices == ("fast", "best", "scratch")
    assert fields["backbone"].choices[:2] == ("auto", "mobilenet_v2")
    assert fields["formats"].choices == ("saved_model", "tflite")


def test_every_field_explains_itself() -> None:
    assert [field.name for field in fields_of(TrainingRequest).values() if len(field.help) < 10] == []
