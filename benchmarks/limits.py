"""What limits, guard and headers add to one request, in microseconds: `python -m benchmarks.limits`.

Each step alone, as Flask calls it; the best of five rounds, for other work on the machine only ever adds.
"""

import argparse
import tempfile
import timeit
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from flask import Response, request

from lenswright.settings import Settings
from lenswright.web.app import create_app
from lenswright.web.caller import identify
from lenswright.web.counting import counter
from lenswright.web.guarding import Guard, Protected
from lenswright.web.limiting import Limiter, RateLimits
from lenswright.web.services import build_services

ROUNDS = 5
CLIENTS = {"loopback, no limit": "127.0.0.1", "another address, with a limit": "203.0.113.9"}


def best_us(step: Callable[[], Any], calls: int) -> float:
    """Return the time of one call."""
    return min(timeit.repeat(step, number=calls, repeat=ROUNDS)) / calls * 1e6


def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    return Response(b"{}", mimetype="application/json")(environ, start_response)


def main() -> None:
    """Print one line for each client."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--storage", default="", help="redis://... (default: the memory of this process)")
    parser.add_argument("--calls", type=int, default=5_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home), requests_per_minute=10**9, require_keys="no", _env_file=None)
        services = build_services(settings)
        app, guard = create_app(settings, services), Guard(settings)
        limiter = Limiter(settings, RateLimits(counter(given.storage)))
        for name, address in CLIENTS.items():
            with app.test_request_context("/predict", method="POST", environ_base={"REMOTE_ADDR": address}):
                identify()
                limit, check = best_us(limiter.limit, given.calls), best_us(guard.refuse_foreign, given.calls)
                sent = (request.environ, lambda *_: None)
                headers = best_us(partial(Protected(answer), *sent), given.calls)
                headers -= best_us(partial(answer, *sent), given.calls)
            print(f"{name:30} limit {limit:6.1f}  host and origin {check:5.1f}  headers {headers:5.1f} us")
        services.close()


if __name__ == "__main__":
    main()
