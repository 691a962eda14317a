"""The OpenAPI document: what each endpoint says of itself, and the finishing of the whole.

The bundled Swagger UI reads OpenAPI 3.0, so the JSON Schema of the models is brought to that
dialect: `null` as a type becomes `nullable`, `const` becomes `enum`, an exclusive bound a flag.
"""

import re
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from apiflask import APIFlask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from lenswright import __version__
from lenswright.access.roles import Role
from lenswright.web.least_role import LEAST, NONE
from lenswright.web.schemas.base import Problem

_REF = "#/components/schemas/{model}"
_models: set[type[BaseModel]] = {Problem}
TAGS = {
    "predict": "Photos in, classes out",
    "photos": "The photos to learn from, and their labels",
    "train": "Training runs",
    "models": "Versions of models",
    "watch": "How the service is",
    "access": "Keys, and who changed what",
}
_ALWAYS = (421, 429, 500, 503)
_OF_KEYS = (401, 403)
KEY_SCHEMES: dict[str, dict[str, str]] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key as `Authorization: Bearer KEY`",
    },
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same, in a header"},
}
_WORDS = {
    400: "malformed request",
    401: "a key is needed, or the one that came is not valid",
    403: "the role of the key is not enough",
    404: "no such thing",
    409: "not now: see `code`",
    413: "too large",
    415: "not a supported image, or another kind of body",
    421: "a name under which this service is not asked",
    422: "understood, but unusable",
    429: "too many requests: try again after `Retry-After` seconds",
    500: "the service failed",
    503: "not now: try again after `Retry-After` seconds",
}


def configure_openapi(app: APIFlask) -> None:
    """Set up the document of `app`."""
    app.config.update(
        OPENAPI_VERSION="3.0.3",
        AUTO_404_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_OPERATION_ID=True,
        AUTO_SERVERS=False,
        SECURITY_SCHEMES=KEY_SCHEMES,
        DESCRIPTION="A self-hosted image classifier: predict, collect photos, train, compare, promote.",
    )
    app.version = __version__
    app.spec_processor(_finish)  # type: ignore[arg-type] # a str only for YAML


def operation(
    summary: str,
    answer: type[BaseModel] | tuple[type[BaseModel], ...] | dict[str, Any],
    *,
    least: Role | None,
    status: int | tuple[int, ...] = 200,
    problems: tuple[int, ...] = (),
    body: dict[str, Any] | None = None,
    description: str = "",
) -> dict[str, Any]:
    """Return what `@blueprint.doc(**...)` takes.

    `answer`: a model, several alternatives, or OpenAPI content as it is. `body`: a request body. `least`: the
    least role that may ask this, None for everybody; requests are held against it.
    """
    statuses = (status,) if isinstance(status, int) else status
    content = answer if isinstance(answer, dict) else {"application/json": {"schema": _schema(answer)}}
    responses: dict[int, Any] = {
        code: {"description": HTTPStatus(code).phrase, "content": content} for code in statuses
    }
    for code in sorted({*problems, *_ALWAYS, *(_OF_KEYS if least else ())}):
        refused = {"application/problem+json": {"schema": _schema(Problem)}}
        responses[code] = {"description": _WORDS[code], "content": refused}
    extensions: dict[str, Any] = {LEAST: least.title if least else NONE}
    extensions["security"] = [{name: []} for name in KEY_SCHEMES] if least else []
    if body is not None:
        extensions["requestBody"] = body  # APIFlask copies extensions into the operation as they are
    told = " ".join(part for part in (description, _told(least)) if part)
    return {"summary": summary, "description": told, "responses": responses, "extensions": extensions}


def _told(least: Role | None) -> str:
    if least is None:
        return "Needs no key."
    return (
        f"Needs a key of role {least.title}{'' if least is max(Role) else ' or higher'}, if keys are needed."
    )


@lru_cache(1_000)
def path_of(rule: str) -> str:
    """Return `/runs/{run_id}/resume` for the rule `/runs/<int:run_id>/resume`, as the document names it."""
    return re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule)


def json_body(model: type[BaseModel], example: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return an optional JSON request body."""
    content: dict[str, Any] = {"schema": _schema(model)}
    return {"content": {"application/json": content | ({"example": example} if example else {})}}


def multipart(properties: dict[str, Any], required: tuple[str, ...]) -> dict[str, Any]:
    """Return the content of a multipart form."""
    return {"schema": {"type": "object", "properties": properties, "required": [*required]}}


def binary(description: str = "") -> dict[str, Any]:
    """Return the schema of a file."""
    return {"type": "string", "format": "binary"} | ({"description": description} if description else {})


def _schema(model: type[BaseModel] | tuple[type[BaseModel], ...]) -> dict[str, Any]:
    if isinstance(model, tuple):
        return {"oneOf": [_schema(one) for one in model]}
    _models.add(model)
    return {"$ref": _REF.format(model=model.__name__)}


def _finish(spec: dict[str, Any]) -> dict[str, Any]:
    ordered = sorted(_models, key=lambda model: model.__name__)
    _, schemas = models_json_schema([(model, "validation") for model in ordered], ref_template=_REF)
    spec["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    spec.setdefault("components", {}).setdefault("schemas", {}).update(schemas["$defs"])
    finished: dict[str, Any] = _dialect(spec)
    for methods in finished["paths"].values():
        for parameter in (one for said in methods.values() for one in said["parameters"]):
            parameter["description"] = parameter["schema"].pop("description", "")  # where the page shows it
    return finished


def _dialect(node: Any) -> Any:
    """Return `node` with every schema in the words of OpenAPI 3.0."""
    if isinstance(node, list):
        return [_dialect(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: _dialect(value) for key, value in node.items()}
    if isinstance(node.get("anyOf"), list) and {"type": "null"} in node["anyOf"]:
        others = [option for option in node.pop("anyOf") if option != {"type": "null"}]
        only = others[0] if len(others) == 1 and "$ref" not in others[0] else {"anyOf": others}
        node = {**only, **node, "nullable": True}
        if node.get("default", 0) is None:
            del node["default"]
    if "const" in node:
        node["enum"] = [node.pop("const")]
    for bound in ("Minimum", "Maximum"):  # a flag beside the bound, not the bound itself
        value = node.get(f"exclusive{bound}", True)
        if value is not True:  # as it is where a part of `anyOf` was taken over
            node |= {bound.lower(): value, f"exclusive{bound}": True}
    return node
