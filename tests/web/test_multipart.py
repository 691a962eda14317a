"""Parts of a form share one temporary file and still read like files of their own."""

import io
import tempfile
import zipfile

import pytest
from flask.testing import FlaskClient

from lenswright.web.multipart import Part
from tests.web.answers import problem


def test_parts_written_one_after_the_other_are_read_apart() -> None:
    with tempfile.TemporaryFile(buffering=0) as spool:
        first = Part(spool)
        first.write(b"first part")
        second = Part(spool)
        second.write(b"second")
        second.write(b" part")
        first.seek(0)
        second.seek(0)
        assert (first.read(), second.read()) == (b"first part", b"second part")
        first.seek(-4, io.SEEK_END)
        assert first.read(99) == b"part"
        assert second.read() == b""


def test_a_zip_is_read_out_of_the_middle_of_the_file() -> None:
    with tempfile.TemporaryFile(buffering=0) as spool:
        Part(spool).write(b"before")
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("cat/a.jpg", b"a photo")
        part = Part(spool)
        part.write(packed.getvalue())
        Part(spool).write(b"after")
        with zipfile.ZipFile(part) as archive:
            assert archive.read("cat/a.jpg") == b"a photo"


@pytest.mark.parametrize("path", ["/predict", "/predict/batch", "/upload-data", "/feedback"])
@pytest.mark.parametrize("named", [b"", b'; filename="a.jpg"'])
def test_a_part_without_a_name_is_refused(client: FlaskClient, path: str, named: bytes) -> None:
    body = b"--x\r\nContent-Disposition: form-data" + named + b"\r\n\r\ndata\r\n--x--\r\n"
    response = client.post(path, data=body, content_type="multipart/form-data; boundary=x")
    assert "a part without one" in problem(response, 400, "malformed_request")
