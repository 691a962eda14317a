"""The API as the command line sees it: JSON in, JSON out, over HTTP only.

Every failure leaves as ApiAway (no answer) or ApiRefused (the API's own problem detail).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from lenswright.cli.multipart import MultipartBody
from lenswright.errors import ApiAway, ApiRefused

TIMEOUT_S = 60.0
LONG_TIMEOUT_S = 900.0  # thousands of photos are decoded, or copied, before the answer comes
PIECE_BYTES = 1 << 20
Json = dict[str, Any]


class Client:
    """A client of the API at `url`. Every method raises ApiAway or ApiRefused."""

    def __init__(self, url: str, key: str | None = None) -> None:
        """`key`: what is sent with every request; None for an API that needs none."""
        self.url = url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy variable must not come between us and the API
        if key:
            self._session.headers["Authorization"] = f"Bearer {key}"  # not sent on to other hosts

    def get(self, path: str, *, timeout: float = TIMEOUT_S, **query: Any) -> Json:
        """Return the answer; a query that is None is left out."""
        asked = {name: value for name, value in query.items() if value is not None}
        return self._ask("GET", path, params=asked, timeout=timeout)

    def post(self, path: str, body: Json | None = None, *, timeout: float = TIMEOUT_S) -> Json:
        """Send `body` as JSON and return the answer."""
        return self._ask("POST", path, json=body or {}, timeout=timeout)

    def predict(self, photo: Path, task: str | None) -> Json:
        """Send one photo and return its answer. Raises OSError if it cannot be read."""
        with photo.open("rb") as data:
            files = {"image": (photo.name, data)}
            return self._ask("POST", "/predict", files=files, params={"task": task} if task else {})

    def send(self, path: str, fields: Mapping[str, str], files: Sequence[tuple[str, Path]]) -> Json:
        """Send a form with `files` (field, path), read as they are sent. Raises OSError if one cannot be."""
        body = MultipartBody(fields, files)
        headers = {"Content-Type": body.content_type}
        return self._ask("POST", path, data=body, headers=headers, timeout=LONG_TIMEOUT_S)

    @contextmanager
    def stream(self, path: str, **query: Any) -> Iterator[Iterator[bytes]]:
        """Lend the bytes of an answer, piece by piece."""
        asked = {name: value for name, value in query.items() if value is not None}
        with self._failures(TIMEOUT_S):
            answer = self._request("GET", path, params=asked, stream=True, timeout=TIMEOUT_S)
        with answer:
            if not answer.ok:
                raise ApiRefused.from_answer(self.url, answer.status_code, _json(answer))
            yield self._pieces(answer)

    def _pieces(self, answer: requests.Response) -> Iterator[bytes]:
        with self._failures(TIMEOUT_S):
            yield from answer.iter_content(PIECE_BYTES)

    def _ask(self, method: str, path: str, *, timeout: float = TIMEOUT_S, **options: Any) -> Json:
        with self._failures(timeout):
            answer = self._request(method, path, timeout=timeout, **options)
        body = _json(answer)
        if answer.ok and isinstance(body, dict):
            return body
        raise ApiRefused.from_answer(self.url, answer.status_code, body)

    def _request(self, method: str, path: str, **options: Any) -> requests.Response:
        return self._session.request(method, self.url + path, **options)

    @contextmanager
    def _failures(self, timeout: float) -> Iterator[None]:
        try:
            yield
        except requests.Timeout as exc:
            raise ApiAway(f"The API at {self.url} did not answer within {timeout:g} s.") from exc
        except requests.exceptions.ChunkedEncodingError as exc:
            raise ApiAway(f"The API at {self.url} broke off its answer.") from exc
        except requests.RequestException as exc:
            raise ApiAway(f"No API answers at {self.url}; start it with: python app.py") from exc


def _json(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except requests.RequestException:
        return None
