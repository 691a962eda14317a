from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.pages import data, gallery

FACTS = {"reachable": True, "task": "cats-vs-dogs"}
UPLOAD = {
    **{"state": "running", "files": 40, "answered": 20, "bytes": 4_000_000, "sent": 1_000_000},
    **{"stored": 18, "duplicates": 1, "refused": 1, "problem": None},
    "problems": [
        {"filename": "b.jpg", "outcome": "duplicate", "duplicate_of": 7, "reason": None},
        {"filename": "a.txt", "outcome": "refused", "reason": "Expected JPEG. Received: text."},
    ],
}


def test_counts_are_described_in_one_line_and_a_table(api: ApiClient) -> None:
    lead, problems, table, aside, labels = data.describe(data.fetch(api, FACTS))
    assert lead.startswith("60 photos · 2 classes · ")
    assert (problems, labels) == ([], ["cat", "dog"])
    assert "train" in aside
    assert "Validation" in str(table)


def test_an_empty_task_says_what_to_do_next() -> None:
    nothing = {"total": 0, "classes": [], "unlabelled": 0, "size_bytes": 0, "splits": {}, "problems": []}
    assert "Name a class" in str(data.describe(nothing)[2])
    assert data.draw(nothing, "light")[2] == "hidden"


def test_problems_beyond_a_dozen_are_summed_up(api: ApiClient) -> None:
    dataset = data.fetch(api, FACTS)
    dataset["problems"] = [{"code": "few", "message": f"class {i}"} for i in range(20)]
    problems = data.describe(dataset)[1]
    assert len(problems) == data.PROBLEMS_SHOWN + 1
    assert "and 8 more" in str(problems[-1])


def test_nothing_is_fetched_while_the_api_is_away(api: ApiClient) -> None:
    assert data.fetch(api, {**FACTS, "reachable": False}) is data.no_update


def test_progress_is_the_share_of_bytes() -> None:
    shown, words, share, value, cancel, results = data.uploading(UPLOAD)
    assert (shown, share, value, cancel) == ("upload-progress", "25\u202f%", 25.0, "")
    assert words == "1.0\u202fMB of 4.0\u202fMB"
    assert str(results).index("a.txt") < str(results).index("the same photo as no. 7")


def test_an_upload_that_waits_for_the_api_says_so() -> None:
    assert data.uploading({**UPLOAD, "problem": "No API answers."})[1] == "No API answers."


def test_a_finished_upload_cannot_be_cancelled() -> None:
    done = {**UPLOAD, "state": "done", "sent": 4_000_000, "answered": 40}
    assert data.uploading(done)[1:5] == ("40 files sent", "", 100.0, "hidden")


def test_the_gallery_pages_and_counts(api: ApiClient) -> None:
    tiles, pages, page, words, _ = gallery.show(api, 2, None, None, FACTS)
    assert (len(tiles), pages, page, words) == (20, 2, 2, "41 – 60 of 60")


def test_a_page_that_is_gone_becomes_the_last_one(api: ApiClient) -> None:
    tiles, _, page, *_ = gallery.show(api, 9, None, None, FACTS)
    assert (page, len(tiles)) == (2, 20)


def test_another_filter_begins_at_its_first_page(api: ApiClient) -> None:
    drawn = gallery.show(api, 2, None, None, FACTS)[4]
    assert gallery.show(api, 2, "cat", None, FACTS, drawn)[2] == 1


def test_a_filter_without_photos_is_no_empty_data_set(api: ApiClient) -> None:
    assert "No photo matches" in str(gallery.show(api, 1, "parrot", None, FACTS)[0])
    assert "No photos yet" in str(gallery.tiles([], filtered=False))
