import threading

import pytest

from lenswright.dashboard.api_client import ApiClient
from lenswright.errors import ApiAway, ApiRefused
from tests.dashboard.fake_api import FakeApi


def test_status_leaves_out_the_matrix_nobody_polls_for(api: ApiClient) -> None:
    assert "confusion_matrix" not in api.status(None)


def test_many_tabs_share_one_status_request(fake: FakeApi, api: ApiClient) -> None:
    tabs = [threading.Thread(target=api.status, args=(None,)) for _ in range(8)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert fake.requests.count("GET /status") == 1


def test_the_key_is_sent_with_every_question(fake: FakeApi) -> None:
    fake.key = "lw_1_right"
    api = ApiClient(fake.url, key="lw_1_right")
    assert api.status(None)["task"] == "cats-vs-dogs"
    assert api.data.photos(None, page=1, size=5)["total"] == 60
    assert api.start_training({})["run_id"]
    with api.stream("GET", "/dataset/images/1/thumbnail", timeout_s=5) as answer:
        assert answer.status_code == 200
    with pytest.raises(ApiRefused, match="Expected a valid API key"):
        ApiClient(fake.url).status(None)


def test_status_is_asked_again_after_a_second(fake: FakeApi) -> None:
    now = [0.0]
    api = ApiClient(fake.url, clock=lambda: now[0])
    api.status(None)
    now[0] = 1.0
    api.status(None)
    assert fake.requests.count("GET /status") == 2


def test_what_was_just_changed_is_seen_at_once(api: ApiClient) -> None:
    assert api.status(None)["training"] is None
    api.start_training({})
    assert api.status(None)["training"]["run_id"] == 4


def test_an_api_that_is_not_there_is_away() -> None:
    with pytest.raises(ApiAway, match="No API answers at"):
        ApiClient("http://127.0.0.1:9").status(None)


def test_a_slow_api_is_away_before_the_next_poll(fake: FakeApi, api: ApiClient) -> None:
    fake.delay_s = 2.5
    with pytest.raises(ApiAway, match=r"within 0\.9 s"):
        api.status(None)


def test_a_refusal_carries_the_problem_detail(fake: FakeApi, api: ApiClient) -> None:
    fake.runs.train_s = 60
    api.start_training({})
    with pytest.raises(ApiRefused, match="Training run 4 is in progress") as caught:
        api.start_training({})
    assert (caught.value.status, caught.value.code, caught.value.request_id) == (409, "run_in_progress", "r1")


def test_an_answer_that_is_not_json_is_named(api: ApiClient) -> None:
    with pytest.raises(ApiRefused, match=r"Expected JSON from .*text/html"):
        api._get("/nothing-here")


def test_promote_and_roll_back_return_both_versions(api: ApiClient) -> None:
    models = api.models(None)
    other = models["models"][1]["version"]
    assert api.promote(other, "better light", override=True)["previous"] == models["champion"]
    assert api.rollback(None)["version"] == models["champion"]


def test_the_gate_is_overridden_only_on_purpose(api: ApiClient) -> None:
    refused = api.models(None)["models"][1]["version"]
    with pytest.raises(ApiRefused, match="The champion stays") as caught:
        api.promote(refused, "better light")
    assert (caught.value.status, caught.value.code) == (409, "gate_refused")


def test_the_options_name_presets_networks_and_fields(api: ApiClient) -> None:
    options = api.options("cats-vs-dogs")
    assert {"presets", "backbones", "weights", "fields"} <= set(options)


def test_runs_of_each_kind_begin_and_a_failed_one_is_resumed(fake: FakeApi, api: ApiClient) -> None:
    fake.runs.train_s = 0.001
    begun = [api.tune({"trials": 2}), api.compare({"configurations": [{"preset": "best"}]}), api.resume(2)]
    assert [run["run_id"] for run in begun] == [4, 5, 6]
    assert [run["kind"] for run in api.runs(None)[:3]] == ["train", "compare", "tune"]
