"""A task as a zip over HTTP, and back."""

import io
import zipfile

from flask.testing import FlaskClient

from tests.builders import make_photo, photo
from tests.web.answers import file, problem
from tests.web.ordering import upload


def test_an_exported_task_uploads_into_a_new_one_as_it_was(client: FlaskClient) -> None:
    upload(client, 5, "cat")
    upload(client, 5, "dog", first=5)
    upload(client, 1, first=10)
    sent = client.get("/dataset/export")
    assert (sent.status_code, sent.content_type) == (200, "application/zip")
    assert sent.headers["Content-Disposition"].endswith("filename*=UTF-8''cats-vs-dogs.zip")
    taken = client.post("/upload-data", data={"files[]": file(sent.data, "x.zip"), "task": "again"})
    assert taken.json["stored"] == 11
    before, after = client.get("/dataset").json, client.get("/dataset?task=again").json
    for name in ("total", "labelled", "classes", "splits", "size_bytes"):
        assert after[name] == before[name]


def test_where_photos_came_from_survives_an_export_unless_the_upload_names_it(client: FlaskClient) -> None:
    upload(client, 2, "cat")
    sent = {"files[]": file(make_photo("square", seed=77), "x.jpg"), "source": "old disk"}
    client.post("/upload-data", data=sent)
    data = client.get("/dataset/export").data
    for more, sources in (({}, {"upload", "old disk"}), ({"source": "zip"}, {"zip"})):
        task = f"again-{len(more)}"
        client.post("/upload-data", data={"files[]": file(data, "x.zip"), "task": task, **more})
        found = client.get(f"/dataset/images?task={task}").json["photos"]
        assert {one["source"] for one in found} == sources


def test_the_name_of_the_zip_may_have_any_letters(client: FlaskClient) -> None:
    photo_sent = {"files[]": file(photo(), "x.jpg"), "task": "Hündchen-犬", "label": "dog"}
    assert client.post("/upload-data", data=photo_sent).status_code == 201
    sent = client.get("/dataset/export?task=Hündchen-犬")
    assert "filename*=UTF-8''h%C3%BCndchen-%E7%8A%AC.zip" in sent.headers["Content-Disposition"]
    assert zipfile.ZipFile(io.BytesIO(sent.data)).namelist()[-1] == "labels.csv"


def test_a_task_that_is_no_name_is_refused(client: FlaskClient) -> None:
    problem(client.get("/dataset/export?task=///"), 422, "unusable_input")


def test_a_task_without_photos_is_not_found_and_those_with_some_are_named(client: FlaskClient) -> None:
    upload(client, 2, "cat")
    detail = problem(client.get("/dataset/export?task=cats-vs-dgos"), 404, "not_found")
    assert "There are: cats-vs-dogs." in detail
    client.post("/dataset/images/delete", json={"photos": [1, 2]})
    problem(client.get("/dataset/export"), 404, "not_found")
