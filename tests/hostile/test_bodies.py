"""Forms, JSON, addresses and headers that no honest client sends."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.builders import make_photo
from tests.hostile.pictures import mutated
from tests.hostile.service import HostileService
from tests.hostile.tally import SPIKE_MB, Memory, Tally, examples

# decode.py asks for the same once; pytest starts each test with filters of its own.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:::PIL")]

FORMS = {"/predict": "image", "/predict/batch": "images", "/upload-data": "files[]", "/feedback": "image"}
PHOTO = make_photo(size=(32, 24))
FILENAMES = (
    "../../../../etc/passwd", "..\\..\\x.jpg", "/dev/null", "a\0b.jpg", "x" * 5_000, "\u202egpj.exe", "", ".",
    "CON", "'; DROP TABLE photos;--", "<script>alert(1)</script>.jpg", "\ud7ff\U0001f600.jpg", "a\tb\rc.jpg",
)  # fmt: skip
SHARES = 5
VALUES = (
    "null", "true", "0", "-1", "1.5", "1e999", "-1e999", "NaN", "Infinity", "9" * 4_000, "9" * 5_000,
    "9223372036854775808", "18446744073709551616", '""', '"x"', '"\\u0000"', '"\\ud800"',
    '"' + "a" * 9_999 + '"',
    "[]", "{}", "[null]", "[[]]", "[-1]", "[1, 1]", '["\\u0000"]', '[{"a": [1]}]', '{"a": {"a": {}}}',
    "[" * 500 + "]" * 500, "[" + "1," * 20_000 + "1]", '"2020-13-45T99:99:99Z"', '"../../etc/passwd"',
    '"%00"',
)  # fmt: skip
QUERIES = (
    "task", "task=", "task=%00", "task=%FF%FE", "task=a&task=b", "task[]=a", "task=" + "a" * 5_000, "%",
    "&&&=&=",
    "=x", "top_k=NaN", "top_k=1e999", "top_k=-1", "top_k=" + "9" * 5_000, "page=0", "page=1e3", "page=%20",
    "page_size=501", "run_id=" + "9" * 30, "limit=0x10", "photo=-1", "task='%3B--", "task=%F0%9F%98%80",
    "a=" * 2_000,
    "explain=maybe", "batch=%2B1", "order=;", "unlabelled=2", "bin=yes&bin=no", "q=%25%5F%5C", "label=%",
)  # fmt: skip
HEADERS: tuple[dict[str, str], ...] = (
    {"X-Request-ID": "x" * 9_000},
    {"X-Request-ID": "a\tb"},
    {"X-Request-ID": "<script>"},
    {"Range": "bytes=0-0,1-1,-1"},
    {"Range": "bytes=" + "0-1," * 2_000},
    {"Range": "pages=9-1"},
    {"If-None-Match": '"' + "x" * 9_000},
    {"If-None-Match": "*"},
    {"If-Modified-Since": "Thu, 99 Abc 0000"},
    {"Accept": "*/*;q=nan, " * 500},
    {"Accept-Encoding": "gzip;q=9e9"},
    {"Content-Type": "multipart/form-data"},
    {"Content-Type": "multipart/form-data; boundary=" + "b" * 9_000},
    {"Content-Type": "multipart/form-data; boundary=\xe9"},
    {"Content-Type": "application/json; charset=utf-7"},
    {"Content-Type": "image/" + "x" * 5_000},
    {"Content-Type": ";;;"},
    {"Content-Length": "-1"},
    {"Content-Length": "1e3"},
    {"Content-Encoding": "gzip"},
    {"Authorization": "Bearer " + "x" * 9_000},
    {"Authorization": "Basic ////"},
    {"X-API-Key": "\x7f\xff"},
    {"X-Forwarded-For": "1.2.3.4, " * 500},
    {"Forwarded": "for=\"[::1"},
    {"Cookie": "a=b; " * 1_000},
)  # fmt: skip


def form(*parts: bytes, boundary: bytes = b"x", end: bytes = b"--x--\r\n") -> bytes:
    return b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts) + end


def part(disposition: str, data: bytes = PHOTO, *more: str) -> bytes:
    lines = [f"Content-Disposition: {disposition}", *more]
    return "\r\n".join(lines).encode("utf-8", "surrogatepass") + b"\r\n\r\n" + data


def forms(field: str) -> Iterator[tuple[str, bytes]]:
    """Yield forms that are broken, or only odd."""
    good = part(f'form-data; name="{field}"; filename="a.jpg"')
    label = part('form-data; name="label"', b"cat")
    yield "good", form(good, label)
    yield "empty", b""
    yield "no parts", form()
    yield "no end", form(good, end=b"")
    yield "wrong boundary", form(good, boundary=b"y")
    yield "no name", form(part("form-data"))
    yield "empty name", form(part('form-data; name=""; filename="a.jpg"'))
    yield "no disposition", form(b"X: y\r\n\r\n" + PHOTO)
    yield "no headers", form(PHOTO)
    yield "name of bytes", form(b'Content-Disposition: form-data; name="\xff\xfe"\r\n\r\nx')
    yield "injected", form(part(f'form-data; name="{field}"; filename="a\r\nSet-Cookie: x=1\r\n\r\n.jpg"'))
    yield "NUL name", form(part(f'form-data; name="{field}\0"; filename="a.jpg"'))
    yield (
        "nested",
        form(part(f'form-data; name="{field}"', form(good), "Content-Type: multipart/mixed; boundary=x")),
    )
    yield (
        "encoded",
        form(part(f'form-data; name="{field}"; filename="a"', b"/9j/", "Content-Transfer-Encoding: base64")),
    )
    yield (
        "lying length",
        form(part(f'form-data; name="{field}"; filename="a"', PHOTO, "Content-Length: 999999999")),
    )
    yield "star name", form(part(f"form-data; name=\"{field}\"; filename*=utf-8''%ff%00%2e%2e%2f"))
    yield (
        "charset",
        form(part('form-data; name="label"', b"\xff\xfe", "Content-Type: text/plain; charset=utf-99"), good),
    )
    yield "text for a file", form(part(f'form-data; name="{field}"', b"text"))
    yield "many parts", form(*[good] * 30)
    yield "many text parts", form(*[label] * 3_000)
    yield "too many parts", form(*[part(f'form-data; name="{field}"; filename="a"', b"")] * 6_000)
    yield "huge text", form(part('form-data; name="label"', b"x" * 2_000_000), good)
    yield "huge header", form(part(f'form-data; name="{field}"', PHOTO, "X: " + "y" * 200_000))
    yield "many headers", form(part(f'form-data; name="{field}"', PHOTO, *["X: y"] * 20_000))
    yield "line ends", form(good).replace(b"\r\n", b"\n")
    yield "carriage returns", b"--x" + b"\r" * 1_000_000
    for name in FILENAMES:
        yield f"named {name[:20]!r}", form(part(f'form-data; name="{field}"; filename="{name}"'), label)
        yield f"labelled {name[:20]!r}", form(good, part('form-data; name="label"', name.encode()))


@pytest.mark.parametrize(("path", "field"), FORMS.items())
def test_no_form_is_our_fault(service: HostileService, tally: Tally, path: str, field: str) -> None:
    client, memory = service.app.test_client(), Memory.start()
    kind = "multipart/form-data; boundary=x"
    for name, body in forms(field):
        tally.ask(name, lambda body=body: client.post(path, data=body, content_type=kind))
    every = tuple((name, body) for name, body in forms(field) if len(body) < 20_000)

    @settings(max_examples=examples(150), derandomize=True, database=None, deadline=None,
              phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(mutated(every))
    def send(broken: tuple[str, bytes]) -> None:
        tally.ask(broken[0], lambda: client.post(path, data=broken[1], content_type=kind))

    send()
    assert 400 in tally.statuses
    assert memory.spike_mb() < SPIKE_MB


def test_no_wrong_value_of_any_field_of_any_endpoint_is_our_fault(
    service: HostileService, tally: Tally
) -> None:
    client = service.app.test_client()
    for path, fields in json_endpoints(service.app.spec):
        for number, field in enumerate(fields):
            for value in VALUES[number % SHARES :: SHARES]:  # the long orders see each value several times
                body = f'{{"{field}": {value}}}'.encode()
                tally.ask(f"{path} {body[:80]!r}", lambda body=body, path=path: post_json(client, path, body))
        for body in (
            b"",
            b" ",
            b"[]",
            b"{",
            b'"x"',
            b"\xff\xfe{}",
            b'{"task": 1, "task": "a"}',
            b'{"a":1}x',
            b"{}" * 9,
        ):
            tally.ask(f"{path} {body!r}", lambda body=body, path=path: post_json(client, path, body))
    assert tally.statuses.total() > 1_000
    assert {200, 400, 404, 422} <= set(tally.statuses)


def test_no_query_string_is_our_fault(service: HostileService, tally: Tally) -> None:
    client = service.app.test_client()
    for path, methods in service.app.spec["paths"].items():
        if "get" not in methods:
            continue
        for query in QUERIES:
            address = filled(path)
            tally.ask(f"{address}?{query[:80]}", lambda a=address, q=query: client.get(a, query_string=q))
    assert {200, 400, 422} <= set(tally.statuses)


def test_no_header_is_our_fault(service: HostileService, tally: Tally) -> None:
    client = service.app.test_client()
    picture = f"/dataset/images/{service.photos[0]}"
    for headers in HEADERS:
        for path in ("/health", "/status", picture, f"{picture}/thumbnail", "/dataset"):
            tally.ask(f"{path} {str(headers)[:80]}", lambda p=path, h=headers: client.get(p, headers=h))
        for path in ("/predict", "/train", "/upload-data"):
            tally.ask(
                f"{path} {str(headers)[:80]}", lambda p=path, h=headers: client.post(p, data=b"{", headers=h)
            )
    assert 200 in tally.statuses


@pytest.mark.parametrize(
    "method", ["PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "HEAD", "GET", "POST", "BREW"]
)
def test_no_method_on_any_path_is_our_fault(service: HostileService, tally: Tally, method: str) -> None:
    client = service.app.test_client()
    paths = [filled(path) for path in service.app.spec["paths"]]
    for path in [*paths, "/\0", "/%2e%2e/%2e%2e/etc/passwd", "//", "/" + "a" * 9_000, "/\u20ac"]:
        response = client.open(path, method=method)
        tally.note(f"{method} {path[:80]}", response.status_code, 0)


def json_endpoints(document: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Yield each path that takes JSON with the fields that it documents."""
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        content = methods.get("post", {}).get("requestBody", {}).get("content", {})
        if "application/json" in content:
            reference = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
            yield filled(path), list(schemas[reference].get("properties", {}))


def filled(path: str) -> str:
    """Return the path with a number or a name in the place of each variable."""
    while "{" in path:
        before, _, rest = path.partition("{")
        path = before + "1" + rest.partition("}")[2]
    return path


def post_json(client: Any, path: str, body: bytes) -> Any:
    return client.post(path, data=body, content_type="application/json")
