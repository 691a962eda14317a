"""The HTML card needs nothing else, says what the Markdown card says, and lets no label become mark-up."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lenswright.evaluation.html_card import html_card
from lenswright.evaluation.report import evaluate
from tests.evaluation.test_card import manifest_of, whole_report

EPOCHS = [{"epoch": i, "loss": 1 / i, "val_accuracy": 1 - 0.1 / i} for i in range(1, 9)]
EMPTY = {"meta", "br"}
SHIPPED = sorted((Path(__file__).parents[2] / "models").glob("*/*/report.json"))


class Page(HTMLParser):
    """The elements and texts of a page; `open` is what was not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, set[str]] = {}
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, set()).add(value or "")
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_page_has_every_part_and_needs_nothing_from_elsewhere() -> None:
    text = html_card(manifest_of(3), whole_report(3), EPOCHS)
    page = Page(text)
    assert page.open == []
    said = set(page.texts)
    assert {"Recipe", "Learning", "Quality", "Confusion matrix", "Reliability", "Limits"} <= said
    assert {"Weights and licence", "By source and status", "Loss per epoch", "phone"} <= said
    assert page.tags.count("svg") == 5
    assert {"script", "link", "img", "iframe", "object"} & set(page.tags) == set()
    assert {"href", "src", "style"} & set(page.attributes) == set()
    assert "url(" not in text
    assert "prefers-color-scheme: dark" in text


@pytest.mark.parametrize(
    "label",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</title></svg><b>",
        "' onload='x",
        "`<i>`",
    ],
)
def test_a_hostile_label_stays_text_wherever_it_stands(label: str) -> None:
    random = np.random.default_rng(0)
    names = [label, f"{label} 2", "c"]
    report = evaluate(
        random.dirichlet(np.ones(3), 30), np.arange(30) % 3, names, photo_ids=range(30),
        sources=[label] * 30, groups=range(30), statuses=["accepted"] * 30,
    ).to_json()  # fmt: skip
    hostile = {"request": {label: label}, "photos": {label: 3}}
    manifest = manifest_of(3) | {"classes": names, "task": label, "weights": label, "training": hostile}
    verdict = {"promote": True, "reason": f"Promoted: {label}.", "numbers": {}}
    page = Page(html_card(manifest, report | {"verdict": verdict}, EPOCHS))
    plain = Page(html_card(manifest_of(3), whole_report(3), EPOCHS))
    assert page.open == []
    assert set(page.tags) == set(plain.tags)
    assert set(page.attributes) == set(plain.attributes)
    assert label.replace("`", "") in "".join(page.texts).replace("`", "")


def test_a_thousand_classes_of_which_one_has_no_photo_make_a_page() -> None:
    random = np.random.default_rng(0)
    labels = 1 + random.integers(0, 999, 2000)
    names = [f"class {index}" for index in range(1000)]
    report = evaluate(
        random.dirichlet(np.ones(1000), 2000), labels, names, photo_ids=range(2000), temperature=1.5
    )
    text = html_card(manifest_of(1000), report.to_json())
    assert Page(text).open == []
    assert "<td>class 0</td><td>0.000</td><td>-</td><td>0.000</td><td>0</td>" in text
    assert "The most frequent mistakes" in text
    assert len(text) < 500_000


@pytest.mark.parametrize("right", [True, False])
def test_all_right_and_all_wrong_can_be_drawn(right: bool) -> None:
    labels = np.arange(20) % 2
    probabilities = np.eye(2)[labels if right else 1 - labels]
    report = evaluate(probabilities, labels, ["a", "b"], photo_ids=range(20)).to_json()
    text = html_card(manifest_of(2), report)
    assert f"answers {100.0 if right else 0.0} % of 20 unseen" in text
    assert not re.search(r"\bnan\b", text)


def test_the_epochs_of_the_report_are_drawn_when_no_others_are_given() -> None:
    assert "Loss per epoch" not in html_card(manifest_of(3), whole_report(3))
    assert "Loss per epoch" in html_card(manifest_of(3), whole_report(3) | {"epochs": EPOCHS})


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: str(file.parent.name))
def test_the_report_of_a_shipped_model_can_be_shown(file: Path) -> None:
    report: dict[str, Any] = json.loads(file.read_text())
    manifest = json.loads(file.with_name("manifest.json").read_text())
    page = Page(html_card(manifest, report))
    assert page.open == []
    assert "Reliability" in page.texts
