"""How this instance is at this moment, for itself and for the others."""

import psutil

from lenswright.http_worker.traffic import traffic
from lenswright.inference.live_model import LiveModels
from lenswright.monitoring.instance import Figures
from lenswright.monitoring.window import Window


def own_figures(live: LiveModels, window: Window) -> Figures:
    """Return the figures of the process that calls."""
    waiting = traffic().waiting + live.waiting
    return Figures(live.versions(), window.traffic(), waiting, psutil.Process().memory_info().rss)
