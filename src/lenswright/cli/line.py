"""Progress as one line that is rewritten; where it cannot be, such as in a file, a new one for each step."""

import shutil
from typing import TextIO

STEP = 0.1  # elsewhere than on a terminal, a line is worth this much progress
BAR_CELLS = 20


class Line:
    """Shows how far a thing is on `screen`."""

    def __init__(self, screen: TextIO) -> None:
        self._screen, self._rewrites = screen, screen.isatty()
        self._open = False
        self._last = ("", -1.0)

    def show(self, text: str, *, share: float, phase: str = "") -> None:
        """Show `text`; `share` is 0..1. A new phase is news, whatever its share."""
        if self._rewrites:
            width = shutil.get_terminal_size().columns - 1
            self._screen.write(f"\r\x1b[K{text[:width]}")
            self._open = True
        elif self._is_news(phase, share):
            self._screen.write(f"{text}\n")
        self._screen.flush()

    def end(self) -> None:
        """Leave the line, so that what follows does not overwrite it."""
        if self._open:
            self._screen.write("\r\x1b[K")
            self._screen.flush()
            self._open = False

    def _is_news(self, phase: str, share: float) -> bool:
        if phase == self._last[0] and share < self._last[1] + STEP:
            return False
        self._last = (phase, share)
        return True


def bar(share: float) -> str:
    """Return `[#####...............]` for 0.25."""
    full = int(BAR_CELLS * min(max(share, 0.0), 1.0))
    return f"[{'#' * full}{'.' * (BAR_CELLS - full)}]"
