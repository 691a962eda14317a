import pytest

from lenswright.dashboard import poll
from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.pages.instances import instances
from lenswright.web.schemas.status import AllInstancesEntry, LiveInstanceEntry
from tests.dashboard.fake_api import FakeApi


@pytest.fixture
def live() -> dict:
    fake = FakeApi(photos=10, instances=3).start()
    live = poll.take(ApiClient(fake.url), None, "/", None, now=0.0)
    fake.stop()
    return live


def rows(live: dict) -> list[list]:
    body = instances(live).children[1].children.children[1]
    return [[cell.children for cell in row.children] for row in body.children]


def test_the_made_up_instances_have_the_shape_of_the_real_ones(live: dict) -> None:
    for entry in live["status"]["instances"]:
        LiveInstanceEntry.model_validate(entry)
    AllInstancesEntry.model_validate(live["status"]["all_instances"])


def test_an_instance_that_is_alone_needs_no_table(live: dict) -> None:
    alone = {**live["status"], "instances": live["status"]["instances"][:1]}
    assert instances({**live, "status": alone}) is None
    assert instances({**live, "status": None}) is None


def test_each_instance_has_a_row_and_the_last_one_adds_them_up(live: dict) -> None:
    *each, together = rows(live)
    assert [row[3] for row in each] == ["11,145"] * 3
    assert (together[0].children, together[3]) == ("Together", "33,435")
    assert each[1][2] == "2\u202fh 05\u202fmin"


def test_the_one_that_answers_and_one_with_another_model_are_marked(live: dict) -> None:
    first, second, third, _ = rows(live)
    assert first[0].children[1].children == "this one"
    assert second[1].children == live["status"]["model_version"]
    assert third[1].children[1].children == "another than here"
    nothing = {**live["status"], "instances": [{**e, "versions": {}} for e in live["status"]["instances"]]}
    assert rows({**live, "status": nothing})[0][1] == "–"
