"""Photos that are small to send and dear to read."""

import io
import struct
import zlib
from typing import Any

from PIL import Image

from tests.builders import encode

START_OF_SCAN = b"\xff\xda"
TINY = Image.new("RGB", (64, 48), (90, 120, 30))


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    """Return one part of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def in_png(parts: bytes) -> bytes:
    """Return a small PNG with `parts` before its picture."""
    png = encode(TINY, "PNG")
    return png[:33] + parts + png[33:]


def in_jpeg(parts: bytes) -> bytes:
    """Return a small JPEG with `parts` before its picture."""
    jpeg = encode(TINY)
    return jpeg[:2] + parts + jpeg[2:]


def in_gif(parts: bytes) -> bytes:
    """Return a small GIF with `parts` before its picture."""
    gif = encode(TINY.quantize(8), "GIF")
    place = gif.index(b"\x2c\0\0\0\0")
    return gif[:place] + parts + gif[place:]


def of_many_parts(parts: int) -> dict[str, bytes]:
    """Return photos that have so many empty parts, by what the parts are."""
    return {
        "PNG chunks": in_png(chunk(b"prVt") * parts),
        "PNG texts": in_png(chunk(b"tEXt", b"a\0b") * parts),
        "PNG empty IDAT": in_png(chunk(b"IDAT") * parts),
        "JPEG segments": in_jpeg(b"\xff\xe5\0\x02" * parts),
        "JPEG comments": in_jpeg(b"\xff\xfe\0\x02" * parts),
        "JPEG fill bytes": in_jpeg(b"\xff" * parts),
        "GIF comments": in_gif(b"\x21\xfe\x01a\0" * parts),
        "GIF noise": in_gif(bytes(parts)),
    }


def of_many_scans(scans: int, side: int = 64) -> bytes:
    """Return a progressive JPEG that refines its picture so many times."""
    data = encode(Image.new("RGB", (side, side), (9, 8, 7)), progressive=True, subsampling=0)
    last = data[data.rindex(START_OF_SCAN) : -2]
    return data[:-2] + last * scans + data[-2:]


def plain(mode: str, format: str, side: int, **options: Any) -> bytes:
    """Return a picture of one colour, which packs a thousandfold."""
    out = io.BytesIO()
    Image.new(mode, (side, side)).save(out, format, **options)
    return out.getvalue()


def turned() -> Image.Exif:
    """Return metadata that say the picture lies on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif
