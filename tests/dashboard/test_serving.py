"""Where a dashboard without a log-in may listen."""

import logging

import pytest

from lenswright.dashboard.serving import refuse_strangers
from lenswright.errors import SettingsError
from lenswright.settings import Settings

KEY = "lw_1_secret"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_on_loopback_it_may_have_a_key(host: str) -> None:
    refuse_strangers(Settings(_env_file=None, dashboard_host=host, api_key=KEY))  # type: ignore[call-arg, arg-type]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "some.name.example"])
@pytest.mark.parametrize(
    ("key", "what"), [(KEY, "what its key opens"), (None, "whatever the API lets it do")]
)
def test_elsewhere_it_does_not_start_unless_that_is_meant(
    host: str, key: str | None, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(_env_file=None, dashboard_host=host, api_key=key)  # type: ignore[call-arg, arg-type]
    with pytest.raises(SettingsError, match="no log-in") as caught:
        refuse_strangers(settings)
    assert what in str(caught.value)
    assert "--insecure" in str(caught.value)
    assert KEY not in str(caught.value)
    with caplog.at_level(logging.WARNING):
        refuse_strangers(settings.model_copy(update={"insecure": True}))
    assert f"everybody who reaches the dashboard on {host}" in caplog.text
