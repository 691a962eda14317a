"""Logging for entry points: one line per event, JSON for machines, colours on a terminal."""

import logging
import sys

import structlog

from lenswright.redaction import redacted, secrets_of

CHATTY = ("alembic", "tf2onnx")  # they tell what they are made of, at every start


def configure_logs(level: str = "INFO", log_format: str = "auto") -> None:
    """Send every logger of this process to stderr as one structured line per event."""
    as_console = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
    ]
    renderer: structlog.typing.Processor
    renderer = structlog.dev.ConsoleRenderer() if as_console else structlog.processors.JSONRenderer()
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _hiding(secrets_of()),
            renderer,
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def _hiding(secrets: tuple[str, ...]) -> structlog.typing.Processor:
    """Return what takes secrets out of all texts of an event, of its traceback, too."""

    def hide(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        for name, value in event.items():
            if isinstance(value, str):
                event[name] = redacted(value, secrets)
        return event

    return hide
