"""The dashboard and the alerts read metrics that exist, with labels that exist, and say what to do."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from docs.monitoring.make_dashboard import FILE, dashboard
from lenswright.settings import Settings
from lenswright.web.app import create_app
from lenswright.web.services import build_services

FOLDER = FILE.parent
METRIC = re.compile(r"\b(?:lenswright|process)_[a-z_]+")
MATCHER = re.compile(r"((?:lenswright|process)_[a-z_]+)\{([^}]*)\}")
PARTS = ("_bucket", "_sum", "_count")
OF_PROMETHEUS = {"instance", "job", "le"}
SAID_IN_USE = {  # labels of what appears with use only
    "lenswright_requests_total": {"path", "status"},
    "lenswright_predictions_total": {"task", "predicted_class", "status"},
    "lenswright_drift_level": {"task"},
    "lenswright_drift_score": {"task", "measure"},
    "lenswright_training_phase_info": {"kind", "phase"},
    "lenswright_drift_photos": {"task"},
    "lenswright_model_info": {"task", "version"},
}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What /metrics of an app says that nobody has used yet."""
    settings = Settings(home=tmp_path_factory.mktemp("home"), _env_file=None)  # type: ignore[call-arg]
    services = build_services(settings)
    yield create_app(settings, services).test_client().get("/metrics").text
    services.close()


@pytest.fixture(scope="module")
def known(exported: str) -> dict[str, set[str]]:
    """The labels of every metric, by its name as queries write it."""
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(exported):
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = {label for sample in family.samples for label in sample.labels}
        for part in PARTS if family.type == "histogram" else ("",):
            found[name + part] = labels | SAID_IN_USE.get(name, set())
    return found


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def queries() -> list[str]:
    panels = json.loads(FILE.read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel.get("targets", [])]


def test_every_metric_of_the_dashboard_and_the_alerts_is_exported(known: dict[str, set[str]]) -> None:
    asked = {
        name for text in [*queries(), *(rule["expr"] for rule in rules())] for name in METRIC.findall(text)
    }
    assert len(asked) > 20
    assert asked - known.keys() == set()


def test_every_label_they_match_is_one_of_the_metric(known: dict[str, set[str]]) -> None:
    for text in [*queries(), *(rule["expr"] for rule in rules())]:
        for name, matchers in MATCHER.findall(text):
            assert set(re.findall(r"(\w+)\s*[=!]", matchers)) <= known[name] | OF_PROMETHEUS, text


def test_every_exported_metric_is_explained_and_the_explained_are_exported(
    known: dict[str, set[str]],
) -> None:
    told = (FOLDER / "README.md").read_text()
    ours = {re.sub(r"_(bucket|sum|count)$", "", name) for name in known if name.startswith("lenswright_")}
    explained = set(re.findall(r"`((?:lenswright)_[a-z_]+)", told))
    assert explained == ours


def test_the_dashboard_is_what_its_source_makes_and_asks_for_a_data_source() -> None:
    found = json.loads(FILE.read_text())
    assert found == json.loads(json.dumps(dashboard())), (
        "out of date: python -m docs.monitoring.make_dashboard"
    )
    assert [variable["name"] for variable in found["templating"]["list"]] == ["source", "instance", "task"]
    ids = [panel["id"] for panel in found["panels"]]
    assert len(ids) == len({*ids})
    sources = {panel["datasource"]["uid"] for panel in found["panels"] if "datasource" in panel}
    assert sources == {"${source}"}
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in found["panels"])


def test_every_alert_says_how_bad_it_is_and_what_to_do() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in ("info", "warning", "critical")
        assert len(rule["annotations"]["summary"]) > 15
        assert rule["annotations"]["description"].endswith(".")
    named = set(re.findall(r"LENSWRIGHT_([A-Z_]+)", (FOLDER / "alerts.yml").read_text()))
    assert named <= {name.upper() for name in Settings.model_fields}


def test_the_example_reads_the_alerts_and_names_the_job_they_ask_for() -> None:
    example = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    assert example["rule_files"] == ["alerts.yml"]
    assert [job["job_name"] for job in example["scrape_configs"]] == ["lenswright"]


@pytest.mark.skipif(shutil.which("promtool") is None, reason="no promtool on this machine")
@pytest.mark.parametrize(
    "command",
    [
        ("check", "rules", "alerts.yml"),
        ("check", "config", "prometheus.yml"),
        ("test", "rules", "alerts_test.yml"),
    ],
)
def test_promtool_finds_nothing_to_say(command: tuple[str, ...]) -> None:
    done = subprocess.run(["promtool", *command], cwd=FOLDER, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("promtool") is None, reason="no promtool on this machine")
def test_promtool_understands_every_query_of_the_dashboard(tmp_path: Path) -> None:
    plain = [query.replace("$__rate_interval", "5m").replace("$", "") for query in queries()]
    named = [{"record": f"query:{number}", "expr": query} for number, query in enumerate(plain)]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": named}]}))
    done = subprocess.run(["promtool", "check", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("promtool") is None, reason="no promtool on this machine")
def test_promtool_finds_nothing_wrong_with_the_metrics(exported: str) -> None:
    command = ["promtool", "check", "metrics"]
    done = subprocess.run(command, input=exported, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
