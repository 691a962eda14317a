"""How this instance is at this moment, for itself and for the others."""

import psutil

from lenswright.inference.live_model import LiveModels
from lenswright.monitoring.instance import Figures
from lenswright.monitoring.window import Window


def own_figures(live: LiveModels, window: Window) -> Figures:
    """Return the figures of the process that calls."""
    memory_bytes = psutil.Process().memory_info().rss
    return Figures(live.versions(), window.traffic(), live.queue_length(), memory_bytes)
