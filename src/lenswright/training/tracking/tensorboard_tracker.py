"""TensorBoard: event files in a folder, for `tensorboard --logdir`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lenswright.runs.state import Run


class TensorBoardTracker:
    """Writes one run: its request and end as texts, its numbers as scalars; flushed every epoch."""

    def __init__(self, tensorflow: Any, run: Run, folder: Path) -> None:
        self._summary = tensorflow.summary
        self._writer = self._summary.create_file_writer(str(folder))
        self._step = 0
        self._text("request", run.request.to_json())

    def epoch(self, step: int, numbers: Mapping[str, float]) -> None:
        self._step = step
        self._scalars(numbers)

    def end(self, state: str, numbers: Mapping[str, float], version: str | None) -> None:
        self._scalars(numbers)
        self._text("end", {"state": state, "version": version})
        self._writer.close()

    def _scalars(self, numbers: Mapping[str, float]) -> None:
        with self._writer.as_default(self._step):
            for name, value in numbers.items():
                self._summary.scalar(name, value)
        self._writer.flush()

    def _text(self, name: str, values: Mapping[str, Any]) -> None:
        rows = [f"| {key} | {value} |" for key, value in values.items()]
        with self._writer.as_default(self._step):
            self._summary.text(name, "\n".join(["| | |", "|---|---|", *rows]))
