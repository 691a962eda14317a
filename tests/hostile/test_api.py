"""Every endpoint of the OpenAPI document, with data that keeps to it and data that does not.

schemathesis goes through the boundaries of every parameter and body, draws others at random, tries methods
that are not there, and follows ids from one answer into the next request.
"""

from collections import Counter
from typing import Any

import pytest
import schemathesis
from schemathesis.engine import events, from_schema

from tests.hostile.service import HostileService
from tests.hostile.tally import HANG_S, Tally, examples

pytestmark = [
    pytest.mark.slow,
    # decode.py asks for the same once; pytest starts each test with filters of its own.
    pytest.mark.filterwarnings("ignore:::PIL"),
]

EXAMPLES = 4  # of each operation, positive and negative, beside some 3,500 boundary cases
CONFIG: dict[str, Any] = {
    "seed": 5,
    "workers": 1,
    "continue-on-failure": True,
    "generation": {"deterministic": True, "no-shrink": True, "with-security-parameters": False},
    "checks": {
        # a name, a date or a file that the schema allows may still be unusable: 422 says so
        "positive_data_acceptance": {"enabled": False},
        # on loopback nobody needs a key: tests/web tries every endpoint with every role
        "ignored_auth": {"enabled": False},
        "max_response_time": HANG_S,
    },
    "phases": {"fuzzing": {"enabled": True}, "coverage": {"enabled": True}, "stateful": {"enabled": True}},
}
EXPECTED = {
    # GET /models/rollback asks for a version of that name
    ("allow_header_conformance", "POST /models/rollback"),
}


def test_the_whole_api_keeps_to_its_document_whatever_comes(service: HostileService, tally: Tally) -> None:
    config = schemathesis.Config.from_dict(
        CONFIG | {"generation": CONFIG["generation"] | {"max-examples": examples(EXAMPLES)}}
    )
    schema = schemathesis.openapi.from_wsgi("/openapi.json", service.app, config=config)
    failures: dict[str, str] = {}
    tried: Counter[str] = Counter()
    for event in from_schema(schema).execute():
        assert not isinstance(event, events.FatalError), event.exception
        assert not isinstance(event, events.NonFatalError), event.value
        if isinstance(event, events.ScenarioFinished):
            failures |= failures_of(event.recorder)
            for case_id, seen in event.recorder.interactions.items():
                if seen.response is not None:
                    tally.statuses[seen.response.status_code] += 1
                    tally.slowest_s = max(tally.slowest_s, seen.response.elapsed)
                    tried[event.recorder.cases[case_id].value.operation.label] += 1
    assert not failures, "\n\n".join(failures.values())
    documented = {operation.ok().label for operation in schema.get_all_operations()}
    assert documented <= set(tried)
    assert tally.statuses.total() > 2_500


def failures_of(recorder: Any) -> dict[str, str]:
    """Return what a check found, with the curl command that shows it, by check and operation."""
    found = {}
    for case_id, checks in recorder.checks.items():
        label = recorder.cases[case_id].value.operation.label
        seen = recorder.interactions.get(case_id)
        for check in checks:
            if check.failure_info is None or (check.name, label) in EXPECTED or says_no_model(check, seen):
                continue
            failure = check.failure_info.failure
            found[f"{check.name} {label}"] = (
                f"{failure.title}: {failure.message}\n{check.failure_info.code_sample}"
            )
    return found


def says_no_model(check: Any, seen: Any) -> bool:
    """Whether a prediction was asked of a task that has no model: 503 with Retry-After, as documented."""
    if check.name != "not_a_server_error" or seen is None or seen.response.status_code != 503:
        return False
    return bool(seen.response.json()["code"] == "no_model" and "retry-after" in seen.response.headers)
