import pytest

from lenswright.dashboard.pages import upload

UPLOAD = {
    **{"state": "running", "files": 40, "answered": 20, "bytes": 4_000_000, "sent": 1_000_000},
    **{"stored": 18, "duplicates": 1, "refused": 1, "problem": None},
    "problems": [
        {"filename": "b.jpg", "outcome": "duplicate", "duplicate_of": 7, "reason": None},
        {"filename": "a.txt", "outcome": "refused", "reason": "Expected JPEG. Received: text."},
    ],
}


def test_progress_is_the_share_of_bytes() -> None:
    shown, words, share, value, cancel, results = upload.uploading(UPLOAD)
    assert (shown, share, value, cancel) == ("upload-progress", "25\u202f%", 25.0, "")
    assert words == "1.0\u202fMB of 4.0\u202fMB"
    assert str(results).index("a.txt") < str(results).index("the same photo as no. 7")


def test_an_upload_that_waits_for_the_api_says_so() -> None:
    assert upload.uploading({**UPLOAD, "problem": "No API answers."})[1] == "No API answers."


def test_a_finished_upload_cannot_be_cancelled() -> None:
    done = {**UPLOAD, "state": "done", "sent": 4_000_000, "answered": 40}
    assert upload.uploading(done)[1:5] == ("40 files sent", "", 100.0, "hidden")


@pytest.mark.parametrize(("batches", "address"), [([7], "&edit=7"), ([7, 8], "&batches=1"), ([], None)])
def test_an_upload_leads_to_its_reports(batches: list[int], address: str | None) -> None:
    shown = str(upload.uploading({**UPLOAD, "batches": batches})[5])
    assert (address or "Report") in shown if batches else "Report" not in shown
