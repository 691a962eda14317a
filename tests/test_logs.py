import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator

import pytest

from lenswright.logs import configure_logs


@pytest.fixture(autouse=True)
def root_logger() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    hooks = sys.excepthook, threading.excepthook
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    sys.excepthook, threading.excepthook = hooks
    logging.captureWarnings(False)


def test_a_machine_gets_one_json_object_per_event_with_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO", "json")
    logging.getLogger("lenswright.trial").info("model %s serves", "v1", extra={"run_id": 7})
    record = json.loads(capsys.readouterr().err)
    assert record["event"] == "model v1 serves"
    assert (record["level"], record["logger"], record["run_id"]) == ("info", "lenswright.trial", 7)


def test_an_error_is_logged_with_its_traceback_in_the_same_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO", "json")
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("lenswright.trial").exception("it failed")
    assert "ValueError: broken" in json.loads(capsys.readouterr().err)["exception"]


def test_what_is_below_the_level_and_what_libraries_say_of_themselves_is_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("INFO", "json")
    logging.getLogger("lenswright.trial").debug("detail")
    logging.getLogger("alembic.runtime.plugins").info("setup plugin")
    assert capsys.readouterr().err == ""


def test_fields_of_the_process_stand_on_lines_of_every_thread(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO", "json", service="trainer", run_id=7)
    thread = threading.Thread(target=logging.getLogger("lenswright.trial").info, args=("in a thread",))
    thread.start()
    thread.join()
    logging.getLogger("lenswright.trial").info("its own", extra={"run_id": 8})
    first, second = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (first["service"], first["run_id"], second["run_id"]) == ("trainer", 7, 8)


def test_people_read_words_and_no_fields_of_the_process(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO", "console", service="api")
    logging.getLogger("lenswright.trial").info("model %s serves", "v1", extra={"request_id": "r-1"})
    said = capsys.readouterr().err
    assert "model v1 serves" in said
    assert "request_id=r-1" in said
    assert "service" not in said
    assert "\x1b" not in said  # no colours where nobody sees them


def test_an_uncaught_error_of_a_thread_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO", "json")
    lost = threading.ExceptHookArgs((ValueError, ValueError("broken"), None, None))
    threading.excepthook(lost)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)  # passes in silence
    record = json.loads(capsys.readouterr().err)
    assert (record["level"], record["event"]) == ("critical", "uncaught error")
    assert "ValueError: broken" in record["exception"]


def test_a_warning_of_a_library_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO", "json")
    warnings.showwarning("this will change", FutureWarning, "library.py", 3)
    record = json.loads(capsys.readouterr().err)
    assert (record["level"], record["logger"]) == ("warning", "py.warnings")
    assert "this will change" in record["event"]
