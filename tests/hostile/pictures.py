"""Photos as an attacker, a broken disk or an odd program makes them; the same example, the same bytes."""

import io
import struct
from functools import cache
from typing import Any

from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from tests.builders import encode, lying_png, make_photo, make_pixels
from tests.imaging.bombs import TINY, chunk, in_gif, in_jpeg, in_png, of_many_parts, of_many_scans, turned

MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV", "I", "F", "I;16")
LARGEST_SEED = 60_000
MOVED = ("GIF", "PNG", "WEBP", "TIFF")
READ = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"BM", b"II*\0", b"MM\0*")
KINDS = ("image/jpeg", "image/png", "image/gif", "image/x-nothing", "application/octet-stream", "image/webp")
NAMES = ("photo.jpg", "photo.png", "photo.gif", "x.php", "../../etc/passwd", "photo", "\u202egpj.exe", "")


def _in_mode(mode: str) -> Image.Image:
    image = Image.fromarray(make_pixels(size=(96, 72)))
    if mode == "I;16":
        return image.convert("I").convert("I;16")
    if mode == "LAB":
        return Image.new("LAB", image.size, (120, 30, 200))
    return image.convert("P").convert("PA") if mode == "PA" else image.convert(mode)


def _saved(image: Image.Image, format: str, **options: Any) -> bytes | None:
    """Return the file, None where Pillow cannot write that."""
    out = io.BytesIO()
    try:
        image.save(out, format, **options)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return out.getvalue()


@cache
def seeds() -> tuple[tuple[str, bytes], ...]:
    """Return named files to begin with: every format that Pillow writes in every mode, and special ones."""
    Image.init()
    formats = sorted(set(Image.SAVE) - {"PDF", "PALM"})  # they are documents, and warn
    plain = {f"{format} {mode}": _saved(_in_mode(mode), format) for format in formats for mode in MODES}
    frames = [Image.fromarray(make_pixels(seed=number, size=(48, 36))) for number in range(4)]
    moving = {
        f"moving {format}": _saved(frames[0], format, save_all=True, append_images=frames[1:])
        for format in MOVED
    }
    found = plain | moving | _special()
    return tuple((name, data) for name, data in found.items() if data and len(data) <= LARGEST_SEED)


def _special() -> dict[str, bytes | None]:
    broken_profile = b"\xff\xff\xff\x7facsp" + bytes(60)
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("XML:com.adobe.xmp", '<x tiff:Orientation="6"/>' * 20)
    jpeg, png = make_photo(size=(96, 72)), make_photo(size=(96, 72), format="PNG")
    pages = [TINY.resize((8, 6))] * 300
    return {
        "progressive": encode(TINY, progressive=True),
        "many scans": of_many_scans(60),
        "turned": encode(TINY, exif=turned()),
        "broken EXIF": encode(TINY, exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\xff"),
        "EXIF loop": encode(TINY, exif=b"Exif\0\0II*\0\x08\0\0\0" + bytes(2) + b"\x08\0\0\0"),
        "broken ICC": encode(TINY, icc_profile=broken_profile),
        "broken ICC PNG": encode(TINY, "PNG", icc_profile=broken_profile),
        "text": encode(TINY, "PNG", pnginfo=texts),
        "many pages": _saved(pages[0], "TIFF", save_all=True, append_images=pages[1:]),
        "TIFF loop": b"II*\0\x08\0\0\0" + struct.pack("<HHHLL", 1, 256, 3, 1, 16) + struct.pack("<L", 8),
        "GIF canvas": b"GIF89a\xff\xff\xff\xff" + encode(TINY.quantize(4), "GIF")[10:],
        "PNG of no width": lying_png(0, 48),
        "huge PNG": lying_png(2**31 - 1, 2**31 - 1),
        "polyglot zip": jpeg + b"PK\x03\x04" + bytes(26) + b"PK\x05\x06" + bytes(18),
        "polyglot page": in_jpeg(b"\xff\xfe\0\x1f<script>alert(1)</script>--"),
        "two in one": jpeg + png,
        "PNG text": in_png(chunk(b"zTXt", b"k\0\0x\x9c")),
        "GIF comment": in_gif(b"\x21\xfe\x05hello\0"),
    } | of_many_parts(50)


def hostile_photos() -> st.SearchStrategy[tuple[str, bytes]]:
    """Draw what was done to which seed, and the bytes of it; most are of formats that are read."""
    readable = tuple(seed for seed in seeds() if seed[1].startswith(READ))
    return mutated((*seeds(), *readable, *readable, *readable))


@st.composite
def mutated(draw: st.DrawFn, every: tuple[tuple[str, bytes], ...]) -> tuple[str, bytes]:
    """Draw one of the named files, damaged in up to three ways, and what was done to it."""
    name, data = every[draw(st.integers(0, len(every) - 1))]
    done = [name]
    for _ in range(draw(st.integers(0, 3))):
        how = draw(st.sampled_from(_HOW))
        place, value = draw(st.integers(0, 2**20)), draw(st.integers(0, 2**32 - 1))
        data = _CHANGES[how](data, place % max(1, len(data)), value)
        done.append(f"{how} {place} {value}")
    return ", ".join(done), data


def _flip(data: bytes, place: int, value: int) -> bytes:
    return _with(data, place, bytes([data[place] ^ (1 << value % 8)])) if data else data


def _with(data: bytes, place: int, new: bytes) -> bytes:
    return data[:place] + new + data[place + len(new) :]


def _header(data: bytes, place: int, value: int) -> bytes:
    """Damage the beginning, where sizes and offsets are."""
    return _with(data, place % 64, struct.pack(">I", value))


def _splice(data: bytes, place: int, value: int) -> bytes:
    other = seeds()[value % len(seeds())][1]
    return data[:place] + other[min(place, len(other) // 2) :]


_CHANGES: dict[str, Any] = {
    "flip": _flip,
    "cut": lambda data, place, value: data[:place],
    "behead": lambda data, place, value: data[place % 200 :],
    "header": _header,
    "overwrite": lambda data, place, value: _with(data, place, struct.pack("<I", value)),
    "ones": lambda data, place, value: _with(data, place % 40, b"\xff" * (value % 9)),
    "zeros": lambda data, place, value: _with(data, place, bytes(value % 40)),
    "repeat": lambda data, place, value: data[:place] + data[place : place + value % 99] * 9 + data[place:],
    "splice": _splice,
    "pad": lambda data, place, value: data + struct.pack("<I", value) * (place % 50),
    "swap": lambda data, place, value: data[place:] + data[:place] if value % 2 else data,
    "big": lambda data, place, value: _with(data, place % 30, b"\x7f\xff\xff\xff"),
}
_HOW = (
    sorted(_CHANGES) + ["flip", "overwrite", "repeat", "splice", "pad", "zeros"] * 3
)  # the others kill most
