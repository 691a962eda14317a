"""Whether a data set is enough to train on and to measure with, said in numbers."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence

from lenswright.dataset.example import SPLITS, Photo
from lenswright.errors import ImageError, NotEnoughPhotos, NotFound
from lenswright.imaging.decode import DecodeLimits, decode

LEAST_CLASSES = 2
LOOK_PX = 32  # enough to find damage; a large JPEG is not decoded in full for it
LEAST_PHOTOS = 5  # a class: the first four give training two, validation one and test one

log = logging.getLogger(__name__)


def check_trainable(photos: Sequence[Photo]) -> None:
    """Raise NotEnoughPhotos, with the counts, unless `photos` can train and measure a model.

    Needed: at least two classes, five photos in each, and every split filled.
    """
    per_class = Counter(str(photo.label) for photo in photos if photo.label)
    per_split = Counter(photo.split for photo in photos if photo.label)
    too_few_first = sorted(per_class.items(), key=lambda entry: (entry[1] >= LEAST_PHOTOS, entry[0]))
    counts = ", ".join(f"{label}: {count}" for label, count in too_few_first[:20]) or "none"
    if len(per_class) < LEAST_CLASSES:
        raise NotEnoughPhotos(
            f"Expected labelled photos of at least {LEAST_CLASSES} classes. Received: {counts}."
        )
    if min(per_class.values()) < LEAST_PHOTOS:
        raise NotEnoughPhotos(
            f"Expected at least {LEAST_PHOTOS} different photos of each class. Received: {counts}."
        )
    empty = [split for split in SPLITS if not per_split[split]]
    if empty:
        raise NotEnoughPhotos(
            f"Expected photos in {', '.join(SPLITS)}. There are none in {', '.join(empty)}."
            f" Received: {counts}."
        )


def check_any(photos: Sequence[Photo]) -> None:
    """Raise NotEnoughPhotos if there is nothing to check."""
    if not photos:
        raise NotEnoughPhotos("Expected at least one labelled photo to check. Received: none.")


def unreadable(
    photos: Sequence[Photo], read_photo: Callable[[Photo], bytes], limits: DecodeLimits
) -> set[int]:
    """Return the ids of the photos whose file is gone or no longer decodes; each is logged by name."""
    lost = set()
    for photo in photos:
        try:
            decode(read_photo(photo), limits=limits, draft_px=LOOK_PX)
        except (ImageError, NotFound) as exc:
            log.warning("photo %d (%s) cannot be used: %s", photo.id, photo.filename, exc)
            lost.add(photo.id)
    return lost
