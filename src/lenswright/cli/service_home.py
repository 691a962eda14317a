"""The settings of the service on this machine, for the commands that open its stores themselves."""

from pathlib import Path

import lenswright
from lenswright.settings import Settings, load_settings

CLONE = Path(lenswright.__file__).resolve().parents[2]


def service_settings(home: Path | None) -> Settings:
    """Return what `app.py` would use: in a clone its state and models are there, wherever it is started.

    Raises SettingsError.
    """
    settings = load_settings(home=home)
    if not (CLONE / "app.py").is_file():
        return settings
    here = {"home": CLONE, "bundled_models": CLONE / "models"}
    missing = {name: path for name, path in here.items() if name not in settings.model_fields_set}
    return load_settings(**{"home": home, **missing})
