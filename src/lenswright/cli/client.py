"""The API as the command line sees it: JSON in, JSON out, over HTTP only.

Every failure leaves as ApiAway (no answer) or ApiRefused (the API's own problem detail).
"""

from pathlib import Path
from typing import Any

import requests

from lenswright.errors import ApiAway, ApiRefused

TIMEOUT_S = 60.0
Json = dict[str, Any]


class Client:
    """A client of the API at `url`. Every method raises ApiAway or ApiRefused."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy variable must not come between us and the API

    def get(self, path: str, **query: Any) -> Json:
        """Return the answer; a query that is None is left out."""
        return self._ask("GET", path, params={k: v for k, v in query.items() if v is not None})

    def post(self, path: str, body: Json | None = None) -> Json:
        """Send `body` as JSON and return the answer."""
        return self._ask("POST", path, json=body or {})

    def predict(self, photo: Path, task: str | None) -> Json:
        """Send one photo and return its answer. Raises OSError if it cannot be read."""
        with photo.open("rb") as data:
            files = {"image": (photo.name, data)}
            return self._ask("POST", "/predict", files=files, params={"task": task} if task else {})

    def _ask(self, method: str, path: str, **options: Any) -> Json:
        try:
            answer = self._session.request(method, self.url + path, timeout=TIMEOUT_S, **options)
        except requests.Timeout as exc:
            raise ApiAway(f"The API at {self.url} did not answer within {TIMEOUT_S:g} s.") from exc
        except requests.RequestException as exc:
            raise ApiAway(f"No API answers at {self.url}; start it with: python app.py") from exc
        try:
            body = answer.json()
        except requests.RequestException:
            body = None
        if answer.ok and isinstance(body, dict):
            return body
        raise ApiRefused.from_answer(self.url, answer.status_code, body)
