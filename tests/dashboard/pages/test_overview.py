import pytest

from lenswright.dashboard import poll
from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.pages import overview
from tests.dashboard.fake_api import FakeApi


@pytest.fixture
def live(api: ApiClient) -> dict:
    return poll.take(api, None, "/", None, now=0.0)


@pytest.fixture
def bare() -> dict:
    fake = FakeApi(photos=0, model=False, traffic=False).start()
    live = poll.take(ApiClient(fake.url), None, "/", None, now=0.0)
    fake.stop()
    return live


def test_the_cards_say_which_model_and_how_good(live: dict) -> None:
    _, service, up, model, made, accuracy, interval, answered, _ = overview.stats(live)
    assert (service, answered) == ("Healthy", "11,145")
    assert up.startswith("up 3\u202fh")
    assert model.children == live["status"]["model"]["version"]
    assert made == "fast preset · since 3\u202fh ago"
    assert accuracy.endswith("%")
    assert interval.children.endswith("480 test photos")


def test_before_the_first_answer_there_are_dashes(bare: dict) -> None:
    assert overview.stats({**bare, "status": None})[1::2] == ("–",) * 4
    assert overview.charts({**bare, "status": None}, None)[2] == "chart-wrap"
    assert overview.sureness({**bare, "status": None}) is None


def test_without_a_model_the_three_steps_stand_alone(bare: dict, live: dict) -> None:
    guide, charts, below = overview.guide(bare)
    assert guide is not None
    assert (charts, below) == ("hidden", "hidden")
    assert overview.guide(live) == (None, "grid two", "grid three")


def test_a_quiet_window_is_said_not_drawn(bare: dict, live: dict) -> None:
    assert overview.charts(bare, "light")[2] == "chart-wrap quiet"
    assert overview.charts(live, "light")[2] == "chart-wrap"


def test_charts_use_the_clock_of_the_api(live: dict) -> None:
    ages = overview.charts(live, None)[0].data[0].x
    assert -301 < ages[0] < ages[-1] <= 0


def test_the_shares_of_sure_answers_add_up(live: dict) -> None:
    shares = [float(row.children[1].children.split("\u202f")[0]) for row in overview.sureness(live).children]
    assert sum(shares) == pytest.approx(100, abs=0.2)
