import json

import pytest

from lenswright.dashboard.app import create_dashboard
from lenswright.settings import load_settings
from tests.dashboard.fake_api import FakeApi

PATHS = ["/", "/classify", "/data", "/data?tab=photos&bin=1", "/training", "/models"]


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_served_without_an_api(path: str) -> None:
    app = create_dashboard(load_settings(api_url="http://127.0.0.1:9"))
    assert app.server.test_client().get(path).status_code == 200


def test_nothing_is_loaded_from_elsewhere(fake: FakeApi) -> None:
    client = create_dashboard(load_settings(api_url=fake.url)).server.test_client()
    page = client.get("/").text
    assert "https://" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_two_dashboards_in_one_process_ask_their_own_api(fake: FakeApi) -> None:
    other = FakeApi(classes=3, photos=6).start()
    apps = [create_dashboard(load_settings(api_url=api.url)) for api in (fake, other)]
    for app in apps:
        client = app.server.test_client()
        assert client.post("/_dash-update-component", json=poll_request(app)).status_code == 200
    other.stop()
    assert fake.requests == other.requests == ["GET /status"]


def test_the_key_of_the_settings_is_sent_and_never_shown(fake: FakeApi) -> None:
    fake.key = "lw_1_right"
    app = create_dashboard(load_settings(api_url=fake.url, api_key=fake.key))
    client = app.server.test_client()
    polled = client.post("/_dash-update-component", json=poll_request(app))
    assert polled.json["response"]["live"]["data"]["state"] == "ok"
    shown = [client.get(path).text for path in (*PATHS, "/_dash-layout", "/_dash-dependencies")]
    assert fake.key not in "".join([polled.text, *shown])
    assert fake.key not in repr(load_settings(api_key=fake.key))


def poll_request(app) -> dict:  # type: ignore[no-untyped-def]
    """Return what a browser sends when the interval ticks."""
    dependencies = json.loads(app.server.test_client().get("/_dash-dependencies").data)
    poll = next(d for d in dependencies if "live.data" in d["output"] and "facts.data" in d["output"])
    values = {"tick.n_intervals": 1, "_pages_location.pathname": "/"}

    def filled(parts: list[dict]) -> list[dict]:
        return [{**part, "value": values.get(f"{part['id']}.{part['property']}")} for part in parts]

    return {
        "output": poll["output"],
        "outputs": [{"id": "live", "property": "data"}, {"id": "facts", "property": "data"}],
        "inputs": filled(poll["inputs"]),
        "state": filled(poll["state"]),
        "changedPropIds": ["tick.n_intervals"],
    }
