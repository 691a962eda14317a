"""Settings: read once from the environment and `.env`; a bad value names its variable."""

import ipaddress
import re
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from lenswright.errors import SettingsError
from lenswright.redaction import redacted

PREFIX = "LENSWRIGHT_"
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#@*\s]+")
_HOST_NAME = re.compile(r"[\w.-]+|\[?[0-9A-Fa-f:.]+\]?")


class Settings(BaseSettings):
    """All that can be set. Each field is the environment variable `LENSWRIGHT_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    home: Path = Field(Path(), description="folder of all state: data/, uploads/, models/")
    database_url: str = Field(
        "", repr=False, description="SQLAlchemy URL; default: SQLite in <home>/data/lenswright.db"
    )
    blob_url: str = Field(
        "", repr=False, description="fsspec URL or folder of uploads/ and models/; default: <home>"
    )
    bundled_models: Path | None = Field(None, description="folder of the models that ship with lenswright")
    backbone_weights: Path | None = Field(None, description="a weights file, or a folder of <backbone>*.h5")
    allow_download: bool = Field(True, description="let Keras download ImageNet weights when none are given")
    resume_interrupted: bool = Field(
        True, description="continue a run whose process was gone when the service started"
    )
    default_task: str = Field("cats-vs-dogs", description="the task of a request that names none")
    host: str = Field("127.0.0.1", description="address the API listens on")
    port: int = Field(5000, ge=1, le=65535, description="port the API listens on")
    threads: int = Field(0, ge=0, le=256, description="request threads; 0: four per CPU, at least 16")
    concurrent_predictions: int = Field(0, ge=0, le=256, description="photos in work at once; 0: two per CPU")
    queue_size: int = Field(512, ge=1, le=10_000, description="requests that may wait before 503")
    request_deadline_s: float = Field(
        30, gt=0, le=3_600, description="a request that waited longer than this is answered 503, not computed"
    )
    client_timeout_s: float = Field(
        20, gt=0, le=3_600, description="how long a client may neither send nor take a byte before it is cut"
    )
    most_connections: int = Field(1024, ge=1, le=100_000, description="connections open at once, idle too")
    stop_delay_s: float = Field(
        0.3, ge=0, le=600, description="how long a stop still takes requests while /health/ready says 503"
    )
    answer_cache_mb: float = Field(
        0, ge=0, le=10_000, description="MB of answers kept for photos that come again; 0: none"
    )
    answer_cache_s: float = Field(300, gt=0, description="seconds for which a kept answer is given again")
    max_request_bytes: int = Field(500_000_000, ge=1_000, description="largest request body")
    max_file_bytes: int = Field(25_000_000, ge=1_000, description="largest photo file")
    max_pixels: int = Field(
        50_000_000, ge=1_000, description="largest photo in pixels; half of it for WebP, TIFF and CMYK"
    )
    max_files: int = Field(5_000, ge=1, description="most files in one upload")
    max_archive_bytes: int = Field(2_000_000_000, ge=1_000, description="most bytes a zip may unpack to")
    max_archive_members: int = Field(200_000, ge=1, description="most members in one zip")
    max_archive_ratio: int = Field(
        200, ge=2, description="most bytes out of one packed byte, for what unpacks to over 10 MB"
    )
    max_json_bytes: int = Field(
        10_000_000, ge=1_000, description="largest JSON body; one that holds a photo may be larger"
    )
    max_form_text_bytes: int = Field(
        500_000, ge=200_000, description="largest text field of a form, which has 20 at most"
    )
    requests_per_minute: int = Field(
        100, ge=0, description="requests of one address without a key, loopback excepted; 0: no limit"
    )
    key_requests_per_minute: int = Field(
        0, ge=0, description="requests with one key that has no limit of its own; 0: no limit"
    )
    wrong_keys_per_minute: int = Field(
        20, ge=0, description="wrong keys from one address before it must wait; 0: no limit"
    )
    limit_storage_url: str = Field(
        "", repr=False, description="redis://... in which instances count together; default: each by itself"
    )
    trusted_proxies: str = Field(
        "", description="addresses or networks of proxies whose X-Forwarded-* is believed, comma-separated"
    )
    allowed_hosts: str = Field(
        "",
        description="names under which API and dashboard may be asked, besides loopback's; comma-separated",
    )
    cors_origins: str = Field(
        "", description="origins whose pages may use the API, as in https://a.example; comma-separated"
    )
    require_keys: Literal["auto", "yes", "no"] = Field(
        "auto", description="whether callers need an API key; auto: unless only this machine reaches the API"
    )
    insecure: bool = Field(
        False, description="start although everybody who reaches the address could do everything"
    )
    api_key: SecretStr | None = Field(
        None, description="the key that the dashboard and the command line send to the API"
    )
    audit_days: int = Field(365, ge=1, description="how long the audit log is kept")
    keep_predicted_photos: Literal["no", "unsure", "all"] = Field(
        "no", description="photos of /predict to keep for review: no, unsure (those not accepted) or all"
    )
    kept_photos_most: int = Field(
        10_000, ge=0, description="most kept predictions that may wait for a decision"
    )
    bin_days: int = Field(30, ge=1, description="how long deleted photos can be restored")
    request_log_days: int = Field(30, ge=1, description="how long answered requests are remembered")
    gate_max_latency_ms: float = Field(500, ge=0, description="slowest candidate that may serve; 0: no limit")
    gate_max_size_mb: float = Field(500, ge=0, description="largest network that may serve; 0: no limit")
    log_format: str = Field(
        "auto", pattern="^(auto|console|json)$", description="auto: console on a terminal"
    )
    log_requests: Literal["refused", "all"] = Field(
        "refused", description="requests that get a line: refused (status 400 and above) or all"
    )
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="least level logged")
    api_url: str = Field("http://127.0.0.1:5000", description="the API the dashboard polls")
    dashboard_host: str = Field("127.0.0.1", description="address the dashboard listens on")
    dashboard_port: int = Field(8050, ge=1, le=65535, description="port the dashboard listens on")

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, text: str) -> str:
        for part in listed(text):
            ipaddress.ip_network(part, strict=False)
        return text

    @field_validator("allowed_hosts")
    @classmethod
    def _are_host_names(cls, text: str) -> str:
        return _each(_HOST_NAME, text, "names without a port, as in photos.example")

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, text: str) -> str:
        return _each(_ORIGIN, text.lower(), "exact origins, as in https://a.example, no * and no path")

    @property
    def trusted_networks(self) -> tuple[Network, ...]:
        """The proxies whose word is taken."""
        return tuple(ipaddress.ip_network(part, strict=False) for part in listed(self.trusted_proxies))

    @property
    def data_folder(self) -> Path:
        """Folder of the database, the feature cache and the run folders."""
        return self.home / "data"

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in use."""
        return self.database_url or f"sqlite:///{(self.data_folder / 'lenswright.db').resolve()}"

    def blobs_at(self, name: str) -> str:
        """The fsspec URL or folder of `uploads` or `models`."""
        return f"{self.blob_url.rstrip('/')}/{name}" if self.blob_url else str((self.home / name).resolve())


def load_settings(**overrides: Any) -> Settings:
    """Return the settings of this process; `overrides` win over the environment unless None.

    Raises SettingsError that names the variable, what was expected and what came.
    """
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as exc:
        lines = [
            f"{PREFIX}{'_'.join(str(part) for part in error['loc']).upper()}: {error['msg']}."
            f" Received: {error['input']!r}."
            for error in exc.errors()
        ]
        raise SettingsError(redacted(" ".join(lines))) from None  # the cause would show the values


def listed(text: str) -> tuple[str, ...]:
    """Return the parts of a setting that is a list: separated by commas or spaces."""
    return tuple(text.replace(",", " ").split())


def _each(pattern: re.Pattern[str], text: str, expected: str) -> str:
    for part in listed(text):
        if not pattern.fullmatch(part):
            raise ValueError(f"expected {expected}")
    return text
