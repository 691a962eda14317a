"""A stand-in for what the API offers about data: it answers what it is told, and keeps what it was asked."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, request
from werkzeug.serving import make_server

Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One request: its body as JSON, else as a form; its files by field as (name, bytes)."""

    method: str
    path: str
    query: dict[str, str]
    body: Json
    files: list[tuple[str, str, bytes]]


@dataclass
class DataApi:
    """Answers `answers[path]`, JSON or bytes; a path that is unknown is a problem of status 404.

    `look`, where given, answers every path in place of `answers`.
    """

    answers: dict[str, Json | bytes | Response] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    look: Callable[[str], Json] | None = None
    url: str = ""

    def start(self) -> "DataApi":
        app = Flask("data_api")
        app.add_url_rule("/<path:path>", view_func=self._answer, methods=["GET", "POST"])
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, path: str) -> Any:
        files = [(name, str(file.filename), file.read()) for name, file in request.files.items(multi=True)]
        body = request.get_json() if request.is_json else dict(request.form)
        self.asked.append(Asked(request.method, f"/{path}", dict(request.args), body, files))
        answer = self.look(f"/{path}") if self.look else self.answers.get(f"/{path}")
        if answer is None:
            return {"detail": f"There is no {path}.", "code": "not_found"}, 404
        return Response(answer, content_type="application/zip") if isinstance(answer, bytes) else answer
