from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.pages import holdings


def test_counts_stand_in_a_table(api: ApiClient) -> None:
    _, problems, table, aside = holdings.describe(api.dataset(None))
    assert problems == []
    assert "train" in aside
    assert "Validation" in str(table)


def test_what_is_new_and_what_waits_leads_on(api: ApiClient) -> None:
    since, waiting = (str(line) for line in holdings.news(api.dataset(None)))
    assert "31 new, 4 corrected" in since
    assert "removed" not in since
    assert "'14'" in waiting
    assert "/data?tab=review" in waiting


def test_where_nothing_is_new_nothing_is_said() -> None:
    assert holdings.news({"since_champion": {"new": 0, "relabelled": 0, "removed": 0}, "to_review": 0}) == []
    assert holdings.news({"since_champion": None}) == []


def test_an_empty_task_says_what_to_do_next() -> None:
    nothing = {"total": 0, "classes": [], "unlabelled": 0, "size_bytes": 0, "splits": {}, "problems": []}
    assert "Name a class" in str(holdings.describe(nothing)[2])
    assert holdings.draw(nothing, "light")[2] == "hidden"


def test_problems_beyond_a_dozen_are_summed_up(api: ApiClient) -> None:
    dataset = api.dataset(None)
    dataset["problems"] = [{"code": "few", "message": f"class {i}"} for i in range(20)]
    problems = holdings.describe(dataset)[1]
    assert len(problems) == holdings.PROBLEMS_SHOWN + 1
    assert "and 8 more" in str(problems[-1])
