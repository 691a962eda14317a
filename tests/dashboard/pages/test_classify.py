from lenswright.dashboard.pages import classify

API = "http://127.0.0.1:5000"


def answer(status: str = "accepted", classes: int = 2) -> dict:
    rest = {f"class {i}": 0.1 / (classes - 1) for i in range(classes - 1)}
    return {
        **{"predicted_class": "cat", "confidence": 0.9, "probabilities": {"cat": 0.9, **rest}},
        **{"status": status, "task": "cats-vs-dogs", "prediction_time": 0.0123, "model_version": "v1"},
        "timing_ms": {"decode": 1.0, "inference": 4.0, "total": 5.2},
    }


def item(**more: object) -> dict:
    return {"id": 1, "name": "my cat.jpg", "src": "blob:1", "state": "done", "answer": answer(), **more}


def text(component: object) -> str:
    return str(component).replace("\\u202f", "\u202f")


def test_an_answer_shows_class_confidence_and_words() -> None:
    [card], clear = classify.results([item()], API)
    shown = text(card)
    assert clear == ""
    for words in ("'cat'", "90.0\u202f%", "Accepted", "5.2\u202fms", "my cat.jpg"):
        assert words in shown


def test_uncertain_and_unknown_are_said_in_words() -> None:
    assert "Let a person look" in text(classify.results([item(answer=answer("uncertain"))], API))
    assert "perhaps none of its classes" in text(classify.results([item(answer=answer("unknown"))], API))


def test_many_classes_are_folded_behind_the_first_five() -> None:
    shown = text(classify.results([item(answer=answer(classes=120))], API))
    assert "115 more classes" in shown
    assert shown.count("bar-row") == 120


def test_a_refused_photo_shows_the_reason_and_does_not_stop_the_others() -> None:
    failed = item(state="failed", answer={"detail": "Expected JPEG. Received: text."})
    cards, _ = classify.results([failed, item(), item(state="waiting")], API)
    assert len(cards) == 3
    assert "Expected JPEG. Received: text." in text(cards[0])
    assert "Skeleton" in text(cards[2])


def test_nothing_to_clear_before_the_first_photo() -> None:
    assert classify.results([], API) == ([], "hidden")


def test_the_curl_command_survives_odd_file_names() -> None:
    assert classify.curl("it's.jpg", "dog breeds", API) == (
        """curl -X POST -F 'image=@it'"'"'s.jpg' 'http://127.0.0.1:5000/predict?task=dog breeds'"""
    )


def test_without_a_model_it_says_what_to_do() -> None:
    lead, way = classify.lead({"known": True, "version": None, "task": "dog-breeds"})
    assert "no model" in lead
    assert "Upload photos" in text(way)
    assert classify.lead({"known": True, "version": "v1", "task": "dog-breeds"})[1] is None


def test_what_it_looked_at_stands_in_the_place_of_the_photo_while_wished_for() -> None:
    seen = item(overlay="blob:2", answer=answer() | {"explanation": {"class": "cat"}})
    shown = text(classify.results([seen], API, explained=True)[0])
    assert "blob:2" in shown
    assert "blob:1" not in shown
    assert "my cat.jpg: bright where it spoke for cat" in shown
    hidden = text(classify.results([seen], API)[0])
    assert "blob:1" in hidden
    assert "spoke for" not in hidden


def test_a_model_that_cannot_show_it_still_answers_and_says_why() -> None:
    shown = text(classify.results([item(unexplained="It has no head.")], API, explained=True)[0])
    assert "blob:1" in shown
    assert "This model cannot show it." in shown
    assert "It has no head." in shown
    assert "90.0\u202f%" in shown


def test_waiting_and_failed_photos_are_shown_as_they_are() -> None:
    failed = item(state="failed", answer={"detail": "No."})
    shown = text(classify.results([failed, item(state="waiting", answer=None)], API, explained=True)[0])
    assert shown.count("blob:1") == 2
