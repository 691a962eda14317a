"""Parts of a form share one temporary file and still read like files of their own."""

import io
import tempfile
import zipfile

from lenswright.web.multipart import Part


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
