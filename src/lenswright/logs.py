"""Logging for entry points: one line per event, JSON for machines, words and colours on a terminal.

A line names what it belongs to, where that is known: `request_id`, `run_id`, `task` and `model_version`.
"""

import logging
import sys
import threading

import structlog
from structlog.typing import EventDict, Processor

from lenswright.redaction import redacted, secrets_of

CHATTY = ("alembic", "tf2onnx")  # they tell what they are made of, at every start

_log = logging.getLogger(__name__)


def configure_logs(level: str = "INFO", log_format: str = "auto", **always: object) -> None:
    """Send every logger of this process to stderr as one structured line per event.

    Warnings and uncaught errors become lines, too. `always`: fields that each line in JSON gets, whatever
    thread it is from.
    """
    as_console = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(_to_people() if as_console else _to_machines(always)))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda lost: _log_uncaught(lost.exc_type, lost.exc_value, lost.exc_traceback)


def _formatter(last: list[Processor]) -> logging.Formatter:
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
    ]
    first = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[*first, *last])


def _to_people() -> list[Processor]:
    colours = sys.stderr.isatty()
    plain = structlog.dev.plain_traceback
    renderer = structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=plain)
    return [structlog.processors.format_exc_info, _hiding(secrets_of()), renderer]


def _to_machines(always: EventDict) -> list[Processor]:
    """Return what makes JSON; a field of the line's own wins over one of `always`."""
    return [
        lambda _logger, _method, event: {**always, **event},
        structlog.processors.format_exc_info,
        _hiding(secrets_of()),
        structlog.processors.JSONRenderer(),
    ]


def _hiding(secrets: tuple[str, ...]) -> Processor:
    """Return what takes secrets out of all texts of an event, of its traceback, too."""

    def hide(_logger: object, _method: str, event: EventDict) -> EventDict:
        for name, value in event.items():
            if isinstance(value, str):
                event[name] = redacted(value, secrets)
        return event

    return hide


def _log_uncaught(kind: type[BaseException], error: BaseException | None, trace: object) -> None:
    """Log what nobody caught; what ends a process on purpose passes in silence, as always."""
    if issubclass(kind, KeyboardInterrupt | SystemExit) or error is None:
        return
    _log.critical("uncaught error", exc_info=(kind, error, trace))  # type: ignore[arg-type] # a traceback
