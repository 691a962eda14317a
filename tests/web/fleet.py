"""Stand-ins for instances, run by the real parent: `fleet.py HOW PORT...`."""

import sys
from pathlib import Path

from lenswright.errors import LenswrightError
from lenswright.settings import Settings
from lenswright.web import serve_many

SLEEPER = [sys.executable, "-S", str(Path(__file__).with_name("sleeper.py"))]

if __name__ == "__main__":
    how, ports = sys.argv[1], [int(port) for port in sys.argv[2:]]
    several = [Settings(port=port, _env_file=None) for port in ports]  # type: ignore[call-arg]
    serve_many.STOP_LIMIT_S = 0.5
    try:
        serve_many.run_many(several, lambda one: [*SLEEPER, how, str(one.port)])
    except LenswrightError as exc:
        sys.exit(str(exc))
