from lenswright.dashboard import poll
from lenswright.dashboard.api_client import ApiClient
from tests.dashboard.fake_api import FakeApi


def test_a_poll_brings_the_status_and_nothing_else(fake: FakeApi, api: ApiClient) -> None:
    live = poll.take(api, None, "/", None, now=7.0)
    assert (live["state"], live["at"], live["run"]) == ("ok", 7.0, None)
    assert fake.requests == ["GET /status"]


def test_the_run_is_asked_for_where_it_is_shown(api: ApiClient) -> None:
    assert poll.take(api, None, "/training", None, now=0)["run"]["run_id"] == 3


def test_the_last_values_stay_while_the_api_is_away(fake: FakeApi, api: ApiClient) -> None:
    before = poll.take(api, None, "/", None, now=1.0)
    fake.stop()
    after = poll.take(ApiClient(fake.url), None, "/", before, now=3.0)
    assert after["state"] == "away"
    assert after["status"] == before["status"]
    assert fake.url in after["reason"]


def test_one_slow_answer_is_no_outage_but_two_are(fake: FakeApi) -> None:
    before = poll.take(ApiClient(fake.url), None, "/", None, now=1.0)
    fake.delay_s = 2.0
    first = poll.take(ApiClient(fake.url), None, "/", before, now=3.0)
    second = poll.take(ApiClient(fake.url), None, "/", first, now=5.0)
    assert (first["state"], second["state"]) == ("ok", "away")


def test_facts_are_written_only_when_they_change(api: ApiClient) -> None:
    live, facts = poll.poll(api, 1, None, "/", None, None, None)
    _, again = poll.poll(api, 2, None, "/", None, live, facts)
    assert facts["photos"] == 60
    assert again is poll.no_update
