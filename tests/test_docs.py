"""Documents that cannot drift: commands, settings, endpoints, links and words are compared with the code."""

import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest

from docs.settings_table import settings_table, with_table
from lenswright import __version__
from lenswright.settings import PREFIX, Settings
from lenswright.web.examples import GROUPS

REPOSITORY = Path(__file__).parent.parent
README = (REPOSITORY / "README.md").read_text()
CONTRIBUTING = (REPOSITORY / "CONTRIBUTING.md").read_text()
DOCUMENTS = [
    *REPOSITORY.glob("*.md"),
    *(REPOSITORY / "docs").rglob("*.md"),
    *(REPOSITORY / "benchmarks").glob("*.md"),
]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
WORDS = ("task", "example", "intake", "split", "run", "candidate", "bundle", "version", "champion", "verdict")


def test_the_settings_table_lists_every_setting_with_its_default() -> None:
    assert with_table(README) == README, "out of date: run python docs/settings_table.py"
    for name in Settings.model_fields:
        assert f"| `{PREFIX}{name.upper()}` |" in settings_table()


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_every_variable_a_document_names_is_a_setting() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    known |= {"LENSWRIGHT_LOAD_URLS", "LENSWRIGHT_LOAD_PHOTOS"}
    known |= {"LENSWRIGHT_TEST_MATERIAL", "LENSWRIGHT_TEST_DATABASE_URL"}
    known |= {"LENSWRIGHT_FUZZ_EXAMPLES", "LENSWRIGHT_FUZZ_REPORT"}
    named = set(chain(*(re.findall(r"LENSWRIGHT_[A-Z_]+[A-Z]", file.read_text()) for file in DOCUMENTS)))
    assert named - known == set()


def test_every_endpoint_of_the_start_page_is_in_the_readme() -> None:
    paths = {example.path.split("?")[0] for examples in GROUPS.values() for example in examples}
    assert sorted(path for path in paths if path not in README.replace("{name}", "model.onnx")) == []


def test_every_make_target_a_document_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^|[`;&\s])make ([a-z-]+)", README + CONTRIBUTING))
    assert {"run", "test", "load"} <= named <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(REPOSITORY)))
def test_links_lead_somewhere(document: Path) -> None:
    text = document.read_text()
    local = [link for link in LINK.findall(text) if "://" not in link and not link.endswith(".png")]
    assert [link for link in local if not (document.parent / link).exists()] == []


def test_files_named_in_the_guide_exist() -> None:
    named = re.findall(r"`((?:web|imaging|dataset|runs|training|evaluation|storage)/[\w./]+)`", CONTRIBUTING)
    named += re.findall(r"`src/lenswright/([\w./]+)`", CONTRIBUTING)
    assert named
    assert [name for name in named if not (REPOSITORY / "src" / "lenswright" / name).exists()] == []


def test_the_glossary_has_every_word_once() -> None:
    glossary = CONTRIBUTING.split("## Words")[1].split("## ")[0]
    assert tuple(re.findall(r"^\| ([a-z]+) \|", glossary, re.MULTILINE))[1:] == WORDS


def test_the_changelog_opens_with_this_version() -> None:
    text = (REPOSITORY / "CHANGELOG.md").read_text()
    assert re.findall(r"^## \[(\d[^\]]*)\]", text, re.MULTILINE)[0] == __version__


def test_the_licence_is_what_the_package_says() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    assert project["license"] == "MIT"
    licence = (REPOSITORY / "LICENSE").read_text()
    assert licence.startswith("MIT License")
    assert "the lenswright authors" in licence
