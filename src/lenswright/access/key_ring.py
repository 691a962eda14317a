"""The valid keys in memory, so that a request waits for no database.

A thread looks at the database every second: a key that another instance or the command line revoked opens
nothing here a second or two later, and 3 s at most while the database answers. While it does not, the keys
known last stay valid: a locked database must not end the service.
"""

import logging
import threading
import time
from collections.abc import Callable

from lenswright.access.keys import Key, Keys
from lenswright.access.secret import opens, read
from lenswright.errors import LenswrightError

LOOK_EVERY_S = 1.0
NOTE_EVERY_S = 60.0
YOUNG_S = 0.2

_log = logging.getLogger(__name__)


class KeyRing:
    """Finds the key that a caller presents; safe to use from many threads."""

    def __init__(
        self, keys: Keys, *, look_every_s: float = LOOK_EVERY_S, note_every_s: float = NOTE_EVERY_S
    ) -> None:
        self.keys, self._look_every_s, self._note_every_s = keys, look_every_s, note_every_s
        self._known: dict[int, Key] = {}
        self._looked_at = self._noted_at = float("-inf")
        self._looking, self._using = threading.Lock(), threading.Lock()
        self._used: dict[int, float] = {}
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="keys", daemon=True)

    def start(self) -> None:
        """Begin to follow the database."""
        self._thread.start()

    def close(self) -> None:
        """Stop following; what is still to be noted is."""
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join()
        self._quietly(self._note)

    def find(self, text: str) -> Key | None:
        """Return the valid key that `text` is, None for anything else: unknown, wrong, revoked, expired.

        One that is not known may have been made a moment ago: the database is asked, five times a second
        at most.
        """
        presented = read(text)
        self._refresh_if_older(YOUNG_S if presented and presented.key_id not in self._known else None)
        key = self._known.get(presented.key_id) if presented else None
        proven = opens(presented.secret if presented else "", key.secret_sha256 if key else None)
        if key is None or not proven or key.state(self.keys.clock()) != "valid":
            return None
        with self._using:
            self._used[key.id] = self.keys.clock()
        return key

    def refresh(self) -> None:
        """Take over what the database holds now. Raises StorageFailure."""
        with self._looking:
            self._look()

    def _refresh_if_older(self, age_s: float | None) -> None:
        """Refresh what is older than `age_s`; where no thread follows, what it should have refreshed."""
        limit_s = self._look_every_s if age_s is None and not self._thread.is_alive() else age_s
        if limit_s is None:
            return
        with self._looking:
            if time.monotonic() - self._looked_at >= limit_s:
                self._quietly(self._look)

    def _look(self) -> None:
        began = time.monotonic()
        self._known = self.keys.unrevoked()
        self._looked_at = began

    def _note(self) -> None:
        with self._using:
            used, self._used = self._used, {}
        if used:
            self.keys.note_use(used)

    def _follow(self) -> None:
        while not self._closed.is_set():
            with self._looking:
                self._quietly(self._look)
            if time.monotonic() - self._noted_at >= self._note_every_s:
                self._noted_at = time.monotonic()
                self._quietly(self._note)
            self._closed.wait(self._look_every_s)

    def _quietly(self, work: Callable[[], None]) -> None:
        try:
            work()
        except LenswrightError as exc:
            _log.warning("the keys known last stay valid: %s", exc)
