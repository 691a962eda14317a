"""200 clients that send slowly, read slowly or not at all take nothing from the others."""

import time

import psutil

from tests.builders import CLASSES, make_photo
from tests.faults.conftest import Note, Serve
from tests.faults.service import Service, wait_for
from tests.faults.slow_clients import OPENINGS, everything_from, slow_clients

COUNT = 200
ASKED = 20
TIMEOUT_S = 2
MOST_S, MOST_MB = 5.0, 150.0  # generous: without limits they would wait for ever, and 200 threads hold more


def test_slow_clients_of_every_kind_starve_nobody(serve: Serve, note: Note) -> None:
    service = serve(client_timeout_s="60")
    photo = make_photo(CLASSES[0], seed=1)
    service.predict(photo)
    for kind in OPENINGS:
        before_mb, took_s = memory_mb(service), []
        with slow_clients(service.port, kind, COUNT):
            time.sleep(0.3)
            for _ in range(ASKED):
                began = time.perf_counter()
                service.predict(photo)
                took_s.append(time.perf_counter() - began)
            more_mb = memory_mb(service) - before_mb
        seen = f"{ASKED} of {ASKED} other predictions answered"
        figure = f"slowest of them {max(took_s) * 1e3:.0f} ms; memory {more_mb:+.0f} MB"
        note(f"{COUNT} clients: {kind}", seen=seen, figure=figure)
        assert max(took_s) < MOST_S, kind
        assert more_mb < MOST_MB, kind


def test_a_body_that_stops_coming_is_answered_408_and_cut(serve: Serve, note: Note) -> None:
    service = serve(client_timeout_s=str(TIMEOUT_S))
    for kind in (kind for kind in OPENINGS if "photos" in kind or "bodies" in kind):
        with slow_clients(service.port, kind, 3) as clients:
            began = time.perf_counter()
            answers = [everything_from(client) for client in clients]
            took_s = time.perf_counter() - began
        note(kind, seen="408 timeout, connection closed", figure=f"after {took_s:.1f} s of {TIMEOUT_S} s")
        assert all(answer.startswith(b"HTTP/1.1 408 ") for answer in answers)
        assert all(b'"code": "timeout"' in answer for answer in answers)
        assert took_s < MOST_S * TIMEOUT_S


def test_a_client_that_reads_nothing_is_cut_and_leaves_no_memory(serve: Serve, note: Note) -> None:
    service = serve(client_timeout_s=str(TIMEOUT_S))
    with slow_clients(service.port, "unread answers", 20):
        wait_for(lambda: connections(service) >= 20, 10, lambda: "they were not accepted")
        began = time.perf_counter()
        wait_for(lambda: connections(service) < 3, 30, lambda: f"{connections(service)} are still open")
    took_s = time.perf_counter() - began
    note("20 clients that read nothing", seen="their connections are cut", figure=f"after {took_s:.1f} s")


def test_bytes_that_keep_coming_too_slowly_are_cut_as_well(serve: Serve, note: Note) -> None:
    service = serve(client_timeout_s=str(TIMEOUT_S))
    with slow_clients(service.port, "half-sent large bodies", 1) as (client,):
        began = time.perf_counter()
        while time.perf_counter() - began < 30:
            try:
                client.sendall(b"x" * 100)  # a trickle, never silent for long
            except ConnectionError:
                break
            time.sleep(0.2)
    took_s = time.perf_counter() - began
    note("a large body at 500 bytes/s", seen="408 timeout, connection closed", figure=f"after {took_s:.1f} s")
    assert took_s < 30


def memory_mb(service: Service) -> float:
    return float(service.worker.memory_info().rss) / 1e6


def connections(service: Service) -> int:
    found = service.worker.net_connections("tcp")
    return sum(connection.status == psutil.CONN_ESTABLISHED for connection in found)
