"""The API: `python app.py --host 127.0.0.1 --port 5000`, or several: `--ports 5000 5001 5002`."""

import argparse
import sys
from pathlib import Path

from lenswright.errors import LenswrightError
from lenswright.settings import Settings, load_settings
from lenswright.web.serve_many import run_many
from lenswright.web.serving import run

HERE = Path(__file__).resolve().parent


def read_settings(arguments: list[str]) -> Settings:
    """Return the settings: the command line wins over the environment, that over this folder."""
    parser = argparse.ArgumentParser(description="Serve the lenswright API.")
    parser.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (default: 5000)")
    parser.add_argument("--ports", nargs="+", metavar="PORT", help="one instance for each of these ports")
    parser.add_argument("--home", type=Path, help="folder of data/, uploads/ and models/ (default: this one)")
    parser.add_argument(
        "--insecure",
        action="store_true",
        default=None,
        help="start although everybody who reaches the address could do everything",
    )
    parser.add_argument("--log-level", type=str.upper, help="DEBUG, INFO, WARNING or ERROR")
    given = {name: value for name, value in vars(parser.parse_args(arguments)).items() if value is not None}
    chosen = load_settings(**given).model_fields_set
    here = {"home": HERE, "bundled_models": HERE / "models"}
    return load_settings(**given, **{name: path for name, path in here.items() if name not in chosen})


def read_ports(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Return the ports of several instances, none for one, and the other arguments."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--ports", nargs="+", default=[])
    known, others = parser.parse_known_args(arguments)
    return known.ports, others


def serve(arguments: list[str]) -> None:
    """Serve what the command line asks for until a signal says stop. Raises LenswrightError."""
    ports, others = read_ports(arguments)
    if ports:
        several = [read_settings([*others, "--port", port]) for port in ports]
        run_many(several, lambda one: [sys.executable, __file__, *others, "--port", str(one.port)])
    else:
        run(read_settings(others))


if __name__ == "__main__":
    try:
        serve(sys.argv[1:])
    except LenswrightError as exc:
        sys.exit(str(exc))
