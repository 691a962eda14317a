"""`make audit`: what is open fails, what is excused says why, what nobody could tell is told."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PATH = Path(__file__).parents[1] / ".ci" / "audit.py"
HOLE = {"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1", "GHSA-x"], "fixed_in": ["1.2"]}


@pytest.fixture
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_vulnerability_is_open_unless_one_of_its_names_is_excused(
    audit: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit.judge({"holey": [HOLE], "whole": []}, {}) == 1
    assert "holey: PYSEC-2026-1, CVE-2026-1, GHSA-x; mended in: 1.2; OPEN" in capsys.readouterr().out
    assert audit.judge({"holey": [HOLE]}, {"CVE-2026-1": "that part is never called"}) == 0
    assert "excused: that part is never called" in capsys.readouterr().out


def test_an_exception_needs_a_reason(audit: ModuleType) -> None:
    assert audit.exceptions("# why\n\nGHSA-x never called\n") == {"GHSA-x": "never called"}
    with pytest.raises(SystemExit, match="GHSA-y"):
        audit.exceptions("GHSA-y\n")
    audit.exceptions(audit.EXCEPTIONS.read_text())


def test_every_pin_of_the_requirements_is_asked_about(audit: ModuleType) -> None:
    versions = audit.pinned(audit.REQUIREMENTS.read_text())
    assert versions["flask"]
    assert versions["tensorflow-cpu"]
    lines = audit.REQUIREMENTS.read_text().splitlines()
    assert len(versions) == sum("==" in line.partition(";")[0] for line in lines)


def test_without_a_network_nothing_fails_and_every_package_is_named(
    audit: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise audit.requests.ConnectionError("no network")

    monkeypatch.setattr(audit.requests, "get", away)
    monkeypatch.setattr(audit, "by_version", lambda versions: {})
    assert audit.main() == 0
    said = capsys.readouterr().out
    assert "0 of " in said
    assert "Nobody could be asked about: " in said
    assert "flask 3." in said


def test_a_hole_that_nobody_excused_fails(audit: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "by_page", lambda name, version: [HOLE] if name == "flask" else [])
    assert audit.main() == 1
