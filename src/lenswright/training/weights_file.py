"""The weights file a person has given: which one, and of which network."""

from pathlib import Path

from lenswright.errors import WeightsUnavailable
from lenswright.runs.backbones import BACKBONES

DEFAULT_BACKBONE = "mobilenet_v2"


def weights_file(given: Path | None, backbone: str) -> tuple[str, Path]:
    """Return a backbone's name and its weights file: `given`, or the first <backbone>*.h5 in it.

    `backbone` "auto": the one of `BACKBONES` a file is named after, the default one before others.
    Raises WeightsUnavailable if nothing is given, there is no such place, or no file in it fits.
    """
    if given is None:
        raise WeightsUnavailable("No weights file is given: set LENSWRIGHT_BACKBONE_WEIGHTS to one.")
    if given.is_file():
        name = _backbone_of(given) or DEFAULT_BACKBONE if backbone == "auto" else backbone
        return name, given
    if not given.is_dir():
        raise WeightsUnavailable(f"LENSWRIGHT_BACKBONE_WEIGHTS is neither a file nor a folder: {given}.")
    files = {_backbone_of(file): file for file in sorted(given.glob("*.h5"), reverse=True)}
    for name in (DEFAULT_BACKBONE, *BACKBONES) if backbone == "auto" else (backbone,):
        if name in files:
            return name, files[name]
    wanted = "<backbone>" if backbone == "auto" else backbone
    raise WeightsUnavailable(
        f"Expected a file {wanted}*.h5 in LENSWRIGHT_BACKBONE_WEIGHTS. Looked in {given}."
    )


def _backbone_of(file: Path) -> str | None:
    """Return the backbone a file is named after; `mobilenet_v2_050_x.h5` is no file of `mobilenet_v2`."""
    fitting = [name for name in BACKBONES if _plain(file.name).startswith(_plain(name))]
    return max(fitting, key=len, default=None)


def _plain(name: str) -> str:
    """Keras itself writes resnet50v2_... and efficientnetv2-b0_... on its files."""
    return name.lower().replace("_", "").replace("-", "")
