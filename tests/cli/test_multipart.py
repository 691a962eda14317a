import io
from pathlib import Path

import pytest
from werkzeug.formparser import parse_form_data

from lenswright.cli import multipart
from lenswright.cli.multipart import MultipartBody


def parsed(body: MultipartBody) -> tuple[dict[str, str], list[tuple[str, str | None, bytes]]]:
    data = b"".join(body)
    assert len(data) == len(body)
    environ = {"wsgi.input": io.BytesIO(data), "CONTENT_LENGTH": str(len(data)), "REQUEST_METHOD": "POST"}
    _, form, files = parse_form_data(environ | {"CONTENT_TYPE": body.content_type})
    return dict(form), [(name, file.filename, file.read()) for name, file in files.items(multi=True)]


def test_a_form_arrives_as_it_was_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multipart, "PIECE_BYTES", 3)  # so that each file takes several
    for name in ("a.jpg", "ä b.png"):
        (tmp_path / name).write_bytes(name.encode() * 5)
    files = [("files[]", tmp_path / "a.jpg"), ("files[]", tmp_path / "ä b.png")]
    form, sent = parsed(MultipartBody({"label": "cät", "task": "pets"}, files))
    assert form == {"label": "cät", "task": "pets"}
    assert sent == [(field, file.name, file.name.encode() * 5) for field, file in files]


def test_a_name_cannot_forge_a_field(tmp_path: Path) -> None:
    file = tmp_path / 'a"\r\nContent-Disposition: form-data; name="task".jpg'
    file.write_bytes(b"x")
    form, sent = parsed(MultipartBody({}, [("files[]", file)]))
    assert (form, [(field, data) for field, _, data in sent]) == ({}, [("files[]", b"x")])


def test_a_file_that_became_longer_is_cut_and_one_that_became_shorter_fails(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    body = MultipartBody({}, [("f", tmp_path / "a")])
    (tmp_path / "a").write_bytes(b"1234567")
    assert parsed(body)[1] == [("f", "a", b"12345")]
    (tmp_path / "a").write_bytes(b"1")
    with pytest.raises(OSError, match="became shorter"):
        b"".join(body)


def test_a_file_that_is_not_there_fails_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        MultipartBody({}, [("f", tmp_path / "none")])
