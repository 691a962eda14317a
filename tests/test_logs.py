import json
import logging
from collections.abc import Iterator

import pytest

from lenswright.logs import configure_logs


@pytest.fixture(autouse=True)
def root_logger() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


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
