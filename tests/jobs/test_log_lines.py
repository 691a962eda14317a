import json
from pathlib import Path

from lenswright.jobs.launcher import read_tail
from lenswright.jobs.log_lines import in_words


def test_a_line_in_json_is_read_as_what_it_says() -> None:
    assert in_words(json.dumps({"event": "it began", "level": "info"})) == "it began"
    said = in_words(json.dumps({"event": "it failed", "exception": "Traceback\nValueError: broken"}))
    assert said.splitlines() == ["it failed", "Traceback", "ValueError: broken"]


def test_every_other_line_stays_as_it_is() -> None:
    for line in ("I0000 oneDNN is on", "", "{not json", '{"loss": 0.1}', '{"event": "cut o'):
        assert in_words(line) == line


def test_the_tail_of_a_log_counts_lines_as_they_are_read(tmp_path: Path) -> None:
    file = tmp_path / "trainer.log"
    lines = [json.dumps({"event": "one"}), "two", json.dumps({"event": "three", "exception": "four\nfive"})]
    file.write_text("\n".join(lines))
    assert read_tail(file) == "one\ntwo\nthree\nfour\nfive"
    assert read_tail(file, 2) == "four\nfive"
