"""The book of training runs: what was asked, where each stands, what happened in it.

The API and the training process share it through the database and nothing else. A run leaves an
active state exactly once: whoever ends it first is right, all later endings are ignored.
"""

import json
import time
from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import Select, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lenswright.errors import NotFound, RunInProgress
from lenswright.redaction import redacted
from lenswright.runs.payload import to_text
from lenswright.runs.request import TrainingRequest
from lenswright.runs.state import ACTIVE, Run, State
from lenswright.storage.base import LARGEST_ID
from lenswright.storage.database import Database
from lenswright.storage.tables import RunEventRow, RunRow


class Journal:
    """Reads and writes runs; one active run per machine, guarded by a unique column."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def create(self, request: TrainingRequest, machine: str) -> Run:
        """Return a queued run. Raises RunInProgress while another run is active on `machine`."""
        row = RunRow(
            task=request.task,
            kind=request.kind,
            request=to_text(request.to_json()),
            state="queued",
            phase="queued",
            progress=0.0,
            created_at=self._clock(),
            machine=machine,
            active_machine=machine,
            stop_requested=False,
        )
        try:
            with self._database.writing() as session:
                session.add(row)
                session.flush()
                return _as_run(row)
        except IntegrityError:
            holder = self.active(machine)
            if holder is None:  # it ended between our attempt and our look: the place is free
                return self.create(request, machine)
            raise RunInProgress(holder.id) from None

    def get(self, run_id: int) -> Run:
        """Return the run. Raises NotFound."""
        with self._database.reading() as session:
            return _as_run(_row(session, run_id))

    def latest(self, task: str | None = None) -> Run | None:
        """Return the newest run, of `task` if given."""
        return next(iter(self.recent(task, 1)), None)

    def recent(self, task: str | None = None, limit: int = 20) -> list[Run]:
        """Return up to `limit` runs, newest first, of `task` if given."""
        query = select(RunRow).order_by(RunRow.id.desc()).limit(limit)
        return self._runs(query if task is None else query.where(RunRow.task == task))

    def last_completed(self, task: str, kind: str) -> Run | None:
        """Return the newest run of this task and kind that completed."""
        of_kind = select(RunRow).where(RunRow.task == task, RunRow.kind == kind, RunRow.state == "completed")
        return next(iter(self._runs(of_kind.order_by(RunRow.id.desc()).limit(1))), None)

    def active(self, machine: str) -> Run | None:
        """Return the queued or running run of `machine`."""
        return next(iter(self._runs(select(RunRow).where(RunRow.active_machine == machine))), None)

    def chain(self, root: int) -> list[Run]:
        """Return run `root` and all that continue it, oldest first. Raises NotFound."""
        first = self.get(root)
        named = RunRow.request.contains(f'"resume_run": {root}')  # also 51 for 5: looked at again below
        later = self._runs(select(RunRow).where(RunRow.id > root, named).order_by(RunRow.id))
        return [first, *(run for run in later if run.root == root)]

    def snapshot_for(self, request: TrainingRequest) -> int | None:
        """Return the data set that `request` is to learn from, None for the photos of today.

        It is that of the runs it continues, if they came to freeze one, or else the one it names.
        """
        chain = [] if request.resume_run is None else self.chain(request.resume_run)
        frozen = (run.snapshot for run in reversed(chain) if run.snapshot is not None)
        return next(frozen, request.snapshot)

    def note_snapshot(self, run_id: int, snapshot_id: int) -> None:
        """Note the data set that the run learns from."""
        self._change(run_id, snapshot_id=snapshot_id)

    def start(self, run_id: int, pid: int) -> None:
        """Note that process `pid` works on the run; nothing changes if it already ended."""
        now = self._clock()
        self._change(run_id, state="running", pid=pid, started_at=now, heartbeat_at=now)

    def heartbeat(self, run_id: int) -> bool:
        """Note a sign of life; return whether the run should stop, or was ended by somebody else."""
        with self._database.writing() as session:
            row = _row(session, run_id)
            row.heartbeat_at = self._clock()
            return bool(row.stop_requested) or row.state not in ACTIVE

    def progress(self, run_id: int, phase: str, fraction: float, eta_s: float | None = None) -> None:
        """Note how far the run is: `fraction` 0..1 of the whole, `eta_s` seconds left if known."""
        with self._database.writing() as session:
            row = _row(session, run_id)
            if row.state not in ACTIVE:
                return
            if row.phase != phase:
                session.add(self._event(run_id, "phase", {"phase": phase}))
            row.phase, row.progress, row.eta_s = phase, min(max(fraction, 0.0), 1.0), eta_s

    def epoch(self, run_id: int, record: dict[str, Any]) -> None:
        """Note the measurements of one epoch."""
        self._add_event(run_id, "epoch", record)

    def log(self, run_id: int, line: str) -> None:
        """Note one line for people."""
        self._add_event(run_id, "log", {"line": redacted(line)})

    def request_stop(self, run_id: int) -> None:
        """Ask the run to stop; its process sees it at its next heartbeat."""
        self._change(run_id, stop_requested=True)

    def finish(
        self,
        run_id: int,
        state: State,
        *,
        error: str | None = None,
        version: str | None = None,
        result: dict[str, Any] | None = None,
    ) -> bool:
        """End an active run and free its machine; return False if it had ended before."""
        return self._change(
            run_id,
            state=state,
            error=error and redacted(error),  # libraries put addresses with passwords into what they say
            version=version,
            result=to_text(result or {}),
            ended_at=self._clock(),
            eta_s=None,
            active_machine=None,
            **({"progress": 1.0, "phase": "done"} if state == "completed" else {}),
        )

    def epochs(self, run_id: int, last: int | None = None) -> list[dict[str, Any]]:
        """Return the measurements of every epoch, or of the `last` ones, first to last."""
        return self._payloads(run_id, "epoch", last)

    def log_tail(self, run_id: int, lines: int = 50) -> list[str]:
        """Return the last `lines` log lines, oldest first."""
        return [payload["line"] for payload in self._payloads(run_id, "log", lines)]

    def _change(self, run_id: int, **values: Any) -> bool:
        """Change an active run; return whether it was active. Raises NotFound."""
        with self._database.writing() as session:
            _row(session, run_id)
            changed = session.execute(
                update(RunRow).where(RunRow.id == run_id, RunRow.state.in_(ACTIVE)).values(**values)
            )
            return bool(cast(Any, changed).rowcount)

    def _event(self, run_id: int, kind: str, payload: dict[str, Any]) -> RunEventRow:
        return RunEventRow(run_id=run_id, at=self._clock(), kind=kind, payload=to_text(payload))

    def _add_event(self, run_id: int, kind: str, payload: dict[str, Any]) -> None:
        with self._database.writing() as session:
            _row(session, run_id)
            session.add(self._event(run_id, kind, payload))

    def _runs(self, query: Select[RunRow]) -> list[Run]:
        with self._database.reading() as session:
            return [_as_run(row) for row in session.scalars(query)]

    def _payloads(self, run_id: int, kind: str, last: int | None = None) -> list[dict[str, Any]]:
        query = select(RunEventRow.payload).where(RunEventRow.run_id == run_id, RunEventRow.kind == kind)
        newest_first = query.order_by(RunEventRow.id.desc()).limit(last)
        with self._database.reading() as session:
            return [json.loads(payload) for payload in session.scalars(newest_first)][::-1]


def _row(session: Session, run_id: int) -> RunRow:
    row = session.get(RunRow, run_id) if 0 < run_id <= LARGEST_ID else None
    if row is None:
        raise NotFound("training run", run_id)
    return row


def _as_run(row: RunRow) -> Run:
    return Run(
        id=row.id,
        task=row.task,
        kind=row.kind,
        request=TrainingRequest.restored(json.loads(row.request)),
        state=cast(State, row.state),
        phase=row.phase,
        progress=row.progress,
        eta_s=row.eta_s,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        heartbeat_at=row.heartbeat_at,
        machine=row.machine,
        pid=row.pid,
        stop_requested=row.stop_requested,
        error=row.error,
        version=row.version,
        result=json.loads(row.result) if row.result else {},
        snapshot=row.snapshot_id,
    )
