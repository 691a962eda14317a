import pytest

from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.pages import drawer
from tests.dashboard.fake_api import FakeApi


def test_a_photo_is_shown_with_its_twin_its_history_and_its_models(api: ApiClient) -> None:
    api.data.change("label", None, [3], label="parrot")
    opened, title, _, labelling, label, body, removal, *_ = drawer.show(api, {"photo": 3})
    assert (opened, title, labelling, label) == (True, "photo-00002.jpg", "bulk-label", "parrot")
    assert "Near-duplicates (1)" in str(body)
    assert "→ parrot" in str(body)
    assert "1 model saw it" in "".join(removal)


def test_a_photo_in_the_bin_can_be_restored(api: ApiClient) -> None:
    api.data.change("delete", None, [3])
    *_, labelling, _, body, _, _, _ = drawer.show(api, {"photo": 3})
    assert labelling == "hidden"
    assert "Restore" in str(body)
    assert "Label is right" not in str(body)


def test_a_photo_that_is_gone_says_so(api: ApiClient) -> None:
    assert "There is no photo 999" in str(drawer.show(api, {"photo": 999})[5])


@pytest.mark.parametrize(
    ("word", "allowed"), [("forget", True), (" Forget ", True), ("forge", False), (None, False)]
)
def test_forgetting_takes_the_word(word: str | None, allowed: bool) -> None:
    deed = drawer.forget(1, word, {"photo": 3})
    assert drawer.typed(word) is allowed
    assert (deed is not drawer.no_update) is allowed


def test_after_forgetting_the_drawer_closes(fake: FakeApi, api: ApiClient) -> None:
    assert drawer.again(api, {"forgotten": True}, True, {"photo": 3})[0] is False
    assert fake.requests == []


def test_after_another_deed_it_is_drawn_anew(api: ApiClient) -> None:
    api.data.change("delete", None, [3])
    _, labelling, body = drawer.again(api, {"words": "…"}, True, {"photo": 3})
    assert labelling == "hidden"
    assert "In the bin since" in str(body)
