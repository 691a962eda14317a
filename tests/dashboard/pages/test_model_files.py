"""Files of a version, and the formats it can be written in."""

from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.pages import model_files
from tests.dashboard.fake_api import FakeApi


def test_files_can_be_downloaded_and_missing_formats_exported(shown: dict) -> None:
    words = str(model_files.files(shown))
    for said in ("model.onnx", "MODEL_CARD.md", "Export as", "SavedModel", "TFLite"):
        assert said in words


def test_a_format_that_is_there_is_a_file_and_no_button(shown: dict) -> None:
    there = [{"name": name} for name in ("model.onnx", "model.tflite", "saved_model.zip")]
    words = str(model_files.files({**shown, "model": {**shown["model"], "files": there}}))
    assert "Export as" not in words
    assert "model.tflite" in words


def test_a_version_without_a_report_still_has_its_files(shown: dict) -> None:
    assert "model.onnx" in str(model_files.files({**shown, "report": None}))
    assert model_files.files(None) is None


def test_an_export_is_a_run_that_is_told(api: ApiClient, shown: dict, fake: FakeApi) -> None:
    version = shown["model"]["version"]
    told, wake = model_files.start(api, version, "tflite")
    assert fake.models.exported == [(version, ["tflite"])]
    assert "Run 99 writes model.tflite" in told[0]["message"]
    assert wake == {"run": 99}
