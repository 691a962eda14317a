"""Photos that are nearly the same by what a network sees in them: crops, mirror images, bursts, overlays.

What is usual among the photos themselves sets the limit, for networks differ: photos of different labels
are hardly ever copies, nor are most pairs of one label. The limits were chosen by looking at the nearest
pairs of 7,996 cats and dogs (no copies; the nearest pair at a cosine of 0.87) and of 6,240 dogs of 120
breeds (copies and bursts down to 0.88, two dogs of one breed up to 0.90).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select

from lenswright.dataset.example import Photo
from lenswright.evaluation.discriminant import Floats, Ints, Rows, unit_rows
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow
from lenswright.training.near_pairs import near_pairs

ALIKE, ALIKE_IN_COLOUR = 0.92, 0.88  # cosines; the lower one counts for pairs that agree in colour, too
NEAR_LEVELS = 20.0  # of 255, mean over the 6 x 6 pixels of a look
SAMPLE = 2000  # photos
USUAL_OTHER, USUAL_SAME = 0.999, 0.95  # quantiles of the cosines of pairs of different and of one label
AT_ONCE = 500  # ids in one query


@dataclass(frozen=True)
class Limits:
    """The least cosine of two copies, and of two that agree in colour."""

    alike: float
    alike_in_colour: float


def near_duplicates(
    database: Database,
    photos: Sequence[Photo],
    features: Rows,
    on_block: Callable[[int, int], None] = lambda *_: None,
) -> list[tuple[int, int]]:
    """Return pairs of ids of `photos` (N,) that are near-duplicates by their embeddings (N, D).

    Pairs of one group are left out. `on_block(done, count)` may raise to stop.
    """
    labels = np.unique([str(photo.label) for photo in photos], return_inverse=True)[1]
    limits = usual_limits(features, labels)
    pairs, cosines = near_pairs(features, limits.alike_in_colour, on_block)
    found = [
        (photos[one], photos[other], cosine >= limits.alike)
        for (one, other), cosine in zip(pairs.tolist(), cosines.tolist(), strict=True)
        if photos[one].group_id is None or photos[one].group_id != photos[other].group_id
    ]
    doubtful = {photo.id for one, other, sure in found if not sure for photo in (one, other)}
    colours = _colours(database, sorted(doubtful))
    return [(one.id, other.id) for one, other, sure in found if sure or _agree(colours, one.id, other.id)]


def usual_limits(features: Rows, labels: Ints) -> Limits:
    """Return the limits that suit these photos; where all look alike to a network, only copies pass."""
    count = features.shape[0]
    some = np.unique(np.linspace(0, count - 1, min(count, SAMPLE)).astype(np.int64))
    unit = unit_rows(features, some)
    one, other = np.triu_indices(len(some), 1)
    cosines = (unit @ unit.T)[one, other]
    same = labels[some][one] == labels[some][other]
    usual = max(_quantile(cosines[~same], USUAL_OTHER), _quantile(cosines[same], USUAL_SAME))
    return Limits(max(ALIKE, 1 - 0.3 * (1 - usual)), max(ALIKE_IN_COLOUR, 1 - 0.45 * (1 - usual)))


def _quantile(cosines: Floats, share: float) -> float:
    return float(np.quantile(cosines, share)) if cosines.size else 0.0


def _colours(database: Database, ids: Sequence[int]) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    with database.reading() as session:
        for start in range(0, len(ids), AT_ONCE):
            query = select(PhotoRow.id, PhotoRow.colours).where(PhotoRow.id.in_(ids[start : start + AT_ONCE]))
            found |= {photo: colours for photo, colours in session.execute(query) if colours}
    return found


def _agree(colours: dict[int, bytes], one: int, other: int) -> bool:
    if one not in colours or other not in colours:
        return False
    levels = [np.frombuffer(colours[photo], np.uint8).astype(np.int16) for photo in (one, other)]
    return float(np.abs(levels[0] - levels[1]).mean()) <= NEAR_LEVELS
