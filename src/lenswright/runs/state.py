"""Where a run stands, as one frozen record."""

from dataclasses import dataclass
from typing import Any, Literal

from lenswright.runs.request import TrainingRequest

State = Literal["queued", "running", "completed", "failed", "stopped"]
ACTIVE: frozenset[str] = frozenset({"queued", "running"})


@dataclass(frozen=True)
class Run:
    """One training run. Times are epoch seconds; `progress` is 0..1; `eta_s` seconds, None if unknown.

    `machine` is where it runs, `pid` its process there; `error` says why it failed; `version` is the
    model it registered; `result` holds its verdict and measurements (empty until it ended).
    `snapshot` is the data set it learnt from, None until it froze one.
    """

    id: int
    task: str
    kind: str
    request: TrainingRequest
    state: State
    phase: str
    progress: float
    eta_s: float | None
    created_at: float
    started_at: float | None
    ended_at: float | None
    heartbeat_at: float | None
    machine: str
    pid: int | None
    stop_requested: bool
    error: str | None
    version: str | None
    result: dict[str, Any]
    snapshot: int | None = None

    @property
    def root(self) -> int:
        """The first run of the chain that this one continues, itself if none: its folder is shared."""
        return self.request.resume_run or self.id

    @property
    def resumption(self) -> TrainingRequest:
        """The request that continues what this run left behind."""
        return self.request.model_copy(update={"resume_run": self.root})

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE
