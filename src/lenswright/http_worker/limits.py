"""How much of everything a server allows."""

from dataclasses import dataclass

SMALL_BYTES = 256_000  # a body up to this is received before the app sees the request, an answer sent whole
PIECE_BYTES = 65_536
LEAST_BYTES_PER_S = 8_000  # of a body, once the client has used up its `client_timeout_s`
MOST_LARGE = 256  # requests with a large body, and large answers, that are in work at once


@dataclass(frozen=True)
class Limits:
    """What one server allows.

    `queue_size`: requests that wait for a thread, `deadline_s`: for how long. `client_timeout_s`: how long
    a client may neither send nor take a byte. `connections`: those open at once, idle ones too.
    `grace_s`: how long a stop waits for requests in work, after `stop_delay_s` in which the server
    still takes new ones, but says that it will stop.
    """

    queue_size: int = 512
    deadline_s: float = 30.0
    client_timeout_s: float = 20.0
    connections: int = 1024
    stop_delay_s: float = 0.3
    grace_s: float = 8.0
