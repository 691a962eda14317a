"""The gallery of wrong answers."""

from lenswright.dashboard.pages.model_mistakes import MOST_SHOWN, changes, mistakes


def test_each_tile_shows_photo_label_answer_and_probability(shown: dict) -> None:
    words, tiles = mistakes(shown).children
    wrong = shown["report"]["misclassified"]
    assert words.children.startswith(f"The {MOST_SHOWN} surest of {len(wrong)} mistakes")
    assert len(tiles.children) == MOST_SHOWN
    first = str(tiles.children[0])
    assert f"/relay/thumbnail/{wrong[0]['photo_id']}?{shown['model']['version']}" in first
    assert wrong[0]["label"] in first
    assert f"{wrong[0]['confidence'] * 100:.1f}" in first
    assert tiles.children[0].title.split(":")[0] == wrong[0]["predicted"]


def test_photos_of_a_bundled_model_are_not_here(older: dict) -> None:
    wrong = {"photo_id": 7, "label": "cat", "predicted": "dog", "confidence": 0.9}  # as older reports tell it
    shown = {**older, "report": {**older["report"], "misclassified": [wrong]}}
    words = str(mistakes(shown))
    assert "the photos are not here" in words
    assert "/relay/" not in words
    assert "90.0" in words


def test_no_mistake_and_no_report_are_said(shown: dict) -> None:
    assert "answered rightly" in str(mistakes({**shown, "report": {**shown["report"], "misclassified": []}}))
    assert "No report" in str(mistakes({**shown, "report": None}))


def test_photos_answered_otherwise_than_by_the_champion_before_are_shown(shown: dict) -> None:
    changed = {"fixed": [3, 4], "newly_wrong": [7], "fixed_total": 40, "newly_wrong_total": 1}
    report = {**shown["report"], "changes": {**changed, "compared_with": "older"}}
    words = str(mistakes({**shown, "report": report}))
    assert "40 photos right now, wrong before" in words
    assert "1 photo wrong now, right before" in words
    assert f"/relay/thumbnail/7?{shown['model']['version']}" in words


def test_a_first_champion_is_compared_with_nothing() -> None:
    assert changes(None, "v") == []
    assert "right and wrong on the same" in str(changes({"compared_with": "older", "fixed": []}, "v"))
