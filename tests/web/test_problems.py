"""Errors as problem documents: also our own, and those of the framework."""

import logging

import pytest
from flask.testing import FlaskClient

from lenswright import errors
from lenswright.web.app import create_app
from lenswright.web.problems import status_of
from lenswright.web.services import Services
from tests.web.answers import problem


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.MalformedRequest("x"), 400),
        (errors.NotFound("photo", 1), 404),
        (errors.RunInProgress(1), 409),
        (errors.ImageTooLarge("x"), 413),
        (errors.UnreadableImage("x"), 415),
        (errors.UnknownLabel("x"), 422),
        (errors.NoModel("x"), 503),
        (errors.StorageFailure("x"), 503),
        (errors.ExportFailed("x"), 500),
    ],
)
def test_each_error_has_the_status_of_its_nearest_ancestor(
    error: errors.LenswrightError, status: int
) -> None:
    assert status_of(error) == status


def test_an_unknown_path_and_a_wrong_method_are_problems(client: FlaskClient) -> None:
    problem(client.get("/predictt"), 404, "unknown_path")
    wrong = client.get("/predict")
    problem(wrong, 405, "method_not_allowed")
    assert "POST" in wrong.headers["Allow"]


def test_our_own_failure_is_a_500_that_tells_nothing_and_a_log_that_tells_all(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(services.settings, services)

    @app.get("/fails")
    def fails() -> str:
        raise RuntimeError("a secret")

    with caplog.at_level(logging.ERROR):
        detail = problem(app.test_client().get("/fails"), 500, "internal_error")
    assert "secret" not in detail
    assert "a secret" in caplog.text


def test_what_a_driver_says_reaches_nobody_with_its_password(services: Services) -> None:
    app = create_app(services.settings, services)

    @app.get("/fails")
    def fails() -> str:
        raise errors.StorageFailure("The store refused: s3://key:hunter2hunter2@bucket is away.")

    detail = problem(app.test_client().get("/fails"), 503, "storage_failure")
    assert detail == "The store refused: s3://key:***@bucket is away."
