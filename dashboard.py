"""The dashboard: `python dashboard.py --api-url http://127.0.0.1:5000 --port 8050`."""

import argparse
import sys

from lenswright.dashboard.serving import run
from lenswright.errors import LenswrightError
from lenswright.settings import Settings, load_settings


def read_settings(arguments: list[str]) -> Settings:
    """Return the settings: the command line wins over the environment."""
    parser = argparse.ArgumentParser(description="Serve the lenswright dashboard.")
    parser.add_argument("--api-url", help="the API it shows (default: http://127.0.0.1:5000)")
    parser.add_argument("--host", dest="dashboard_host", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", dest="dashboard_port", type=int, help="port to listen on (default: 8050)")
    parser.add_argument(
        "--insecure",
        action="store_true",
        default=None,
        help="listen on other addresses than loopback, though there is no log-in",
    )
    parser.add_argument("--log-level", type=str.upper, help="DEBUG, INFO, WARNING or ERROR")
    return load_settings(**vars(parser.parse_args(arguments)))


if __name__ == "__main__":
    try:
        run(read_settings(sys.argv[1:]))
    except LenswrightError as exc:
        sys.exit(str(exc))
