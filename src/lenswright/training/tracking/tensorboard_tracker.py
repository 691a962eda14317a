"""TensorBoard: event files in a folder, for `tensorboard --logdir`. Written without TensorFlow."""

import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.scalar.summary_v2 import scalar_pb
from tensorboard.plugins.text.summary_v2 import text_pb
from tensorboard.summary.writer.record_writer import RecordWriter  # EventFileWriter loads TensorFlow

from lenswright.runs.state import Run

VERSION = "brain.Event:2"  # of the format; the first record of each file says so


class TensorBoardTracker:
    """Writes one run: its request and end as texts, its numbers as scalars; flushed every epoch."""

    def __init__(self, run: Run, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        name = f"events.out.tfevents.{time.time_ns() // 10**9}.{socket.gethostname()}.{os.getpid()}.v2"
        self._file = (folder / name).open("ab")
        self._records = RecordWriter(self._file)
        self._step = 0
        self._write(Event(wall_time=time.time(), file_version=VERSION))
        self._text("request", run.request.to_json())

    def epoch(self, step: int, numbers: Mapping[str, float]) -> None:
        self._step = step
        self._scalars(numbers)

    def end(self, state: str, numbers: Mapping[str, float], version: str | None) -> None:
        self._scalars(numbers)
        self._text("end", {"state": state, "version": version})
        self._file.close()

    def _scalars(self, numbers: Mapping[str, float]) -> None:
        for name, value in numbers.items():
            self._summarise(scalar_pb(name, value))
        self._file.flush()

    def _text(self, name: str, values: Mapping[str, Any]) -> None:
        rows = [f"| {key} | {value} |" for key, value in values.items()]
        self._summarise(text_pb(name, "\n".join(["| | |", "|---|---|", *rows])))
        self._file.flush()

    def _summarise(self, summary: Summary) -> None:
        self._write(Event(wall_time=time.time(), step=self._step, summary=summary))

    def _write(self, event: Event) -> None:
        self._records.write(event.SerializeToString())
