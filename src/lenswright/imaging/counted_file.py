"""A file in memory that may be read only so often: a photo is no list of a million empty parts."""

import io

from lenswright.errors import UnreadableImage

MOST_READS = 100_000  # 25 MB of PNG come in 10,000; each costs a few microseconds of Python


class CountedFile(io.BytesIO):
    """The bytes of one file; the read after the last that is allowed raises UnreadableImage."""

    def __init__(self, data: bytes, most_reads: int = MOST_READS) -> None:
        super().__init__(data)
        self._left = self._most = most_reads

    def read(self, size: int | None = -1, /) -> bytes:
        self._left -= 1
        if self._left < 0:
            raise UnreadableImage(f"Expected a photo of fewer parts. Received: more than {self._most}.")
        return super().read(size)
