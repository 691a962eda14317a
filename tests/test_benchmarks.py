"""The parts of the benchmarks that could lie: what counts as an answer, is held back, is sent."""

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from werkzeug.formparser import parse_form_data

from benchmarks.class_folders import hold_back, read_class_folders
from benchmarks.http_load import Load, Measured, drive
from benchmarks.multipart import CONTENT_TYPE, FormFile, encode
from benchmarks.peers.photo_answer import framed, opened
from benchmarks.photos import draw_photo
from benchmarks.record import table
from lenswright.imaging.framing import decode_framed
from lenswright.imaging.input_spec import InputSpec


class _EveryThirdIsWrong(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    count = 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        type(self).count += 1
        body = b'{"error": "no"}' if self.count % 3 == 0 else b'{"predicted_class": "cat"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _EveryThirdIsWrong)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_200_without_a_prediction_in_it_is_an_error(url: str) -> None:
    measured = drive([url], Load([b"photo"], "image/jpeg", connections=1, seconds=0.3))
    right = len(measured.latencies_ms)
    assert right > 3
    assert measured.errors == (right + measured.errors) // 3


def test_a_server_that_is_away_gives_errors_and_no_speed() -> None:
    measured = drive(["http://127.0.0.1:9"], Load([b"photo"], "image/jpeg", connections=2, seconds=0.05))
    assert measured.per_s == 0
    assert measured.errors > 0


def test_percentiles_are_of_right_answers() -> None:
    measured = Measured(tuple(float(n) for n in range(1, 101)), errors=5, seconds=2.0)
    assert measured.to_json() == {
        "requests": 100,
        "errors": 5,
        "per_s": 50.0,
        "p50_ms": 51.0,
        "p95_ms": 96.0,
        "p99_ms": 100.0,
    }


def test_a_form_arrives_as_it_was_sent() -> None:
    photo = draw_photo(1, (40, 30))
    body = encode([FormFile("files[]", "a.jpg", photo), FormFile("files[]", "b.jpg", b"b")], {"label": "cät"})
    environ = {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": CONTENT_TYPE}
    _, form, files = parse_form_data(environ | {"REQUEST_METHOD": "POST"})
    assert form["label"] == "cät"
    assert [(file.filename, file.read()) for file in files.getlist("files[]")] == [
        ("a.jpg", photo),
        ("b.jpg", b"b"),
    ]


@pytest.mark.parametrize("framing", ["crop", "squash"])
def test_the_peer_sees_nearly_the_same_pixels(framing: str) -> None:
    photo = draw_photo(2)
    ours = decode_framed(photo, InputSpec(128, framing))  # type: ignore[arg-type]
    assert abs(ours.astype(int) - framed(opened(photo), 128, framing).astype(int)).mean() < 1.0


def test_photos_held_back_are_not_among_the_others(tmp_path: Path) -> None:
    for label in ("cat", "dog"):
        (tmp_path / label).mkdir()
        for number in range(10):
            (tmp_path / label / f"{number}.jpg").write_bytes(b"x")
    photos = read_class_folders(tmp_path)
    others, later = hold_back(photos, 4)
    assert (len(photos), len(others), len(later)) == (20, 16, 4)
    assert set(others).isdisjoint(later)
    assert hold_back(photos, 4) == (others, later)
    assert len(read_class_folders(tmp_path, per_class=3)) == 6


def test_a_folder_without_classes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    with pytest.raises(FileNotFoundError, match="at least two folders"):
        read_class_folders(tmp_path)


def test_a_table_has_straight_columns() -> None:
    rows = [{"server": "lenswright", "per_s": 471.234}, {"server": "x", "per_s": None}]
    assert table(rows).splitlines() == ["server      per_s", "lenswright  471", "x           -"]
