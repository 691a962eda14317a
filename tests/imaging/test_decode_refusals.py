"""What must be refused before it costs anything, and what is too damaged to use."""

import struct
import time
import tracemalloc
import zlib
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lenswright.errors import ImageError, ImageTooLarge, UnreadableImage, UnsupportedImage
from lenswright.imaging.decode import DecodeLimits, decode
from tests.builders import encode, lying_png, make_photo, make_pixels

# decode.py asks for the same once; pytest starts each test with filters of its own.
pytestmark = pytest.mark.filterwarnings("ignore:::PIL")

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")


def picture() -> Image.Image:
    return Image.fromarray(make_pixels(size=(24, 16)))


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(UnreadableImage, match="empty file"):
        decode(b"")


@pytest.mark.parametrize(
    "data",
    [b"hello", b"PK\x03\x04 a zip", b"%PDF-1.7", b"<svg xmlns='http://www.w3.org/2000/svg'/>", bytes(1000)],
    ids=["text", "zip", "pdf", "svg", "zeros"],
)
def test_what_is_no_photo_is_refused_with_its_first_bytes(data: bytes) -> None:
    with pytest.raises(
        UnsupportedImage, match=f"Expected a photo as JPEG.*{len(data)} bytes.*{data[:4].hex(' ')}"
    ):
        decode(data)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("kept", [0.02, 0.5, 0.9, 0.99])
def test_a_truncated_photo_is_refused(format: str, kept: float) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8))
    data = encode(noise.quantize(64) if format == "GIF" else noise, format)
    with pytest.raises(UnreadableImage, match="damaged"):
        decode(data[: int(kept * len(data))])


def test_a_format_that_is_not_offered_is_refused() -> None:
    with pytest.raises(UnsupportedImage):
        decode(encode(picture(), "PPM"))


def test_too_many_bytes_are_refused_before_decoding() -> None:
    with pytest.raises(ImageTooLarge, match=r"at most 1000 bytes\. Received: 5000"):
        decode(bytes(5000), limits=DecodeLimits(max_bytes=1000))


@pytest.mark.parametrize("size", [(20_000, 20_000), (2_000_000_000, 2_000_000_000), (50_000_001, 1)])
def test_a_png_of_too_many_pixels_is_refused_before_decoding(size: tuple[int, int]) -> None:
    tracemalloc.start()
    started = time.perf_counter()
    with pytest.raises(ImageTooLarge, match=f"at most 50000000 pixels. Received: {size[0]}x{size[1]}"):
        decode(lying_png(*size))
    assert time.perf_counter() - started < 1
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_a_gif_whose_picture_is_larger_than_it_says_is_refused_before_decoding() -> None:
    data = bytearray(encode(Image.new("P", (4, 4)), "GIF"))
    place = data.index(b"\x2c")
    data[place + 5 : place + 9] = b"\xff\xff\xff\xff"
    with pytest.raises(ImageTooLarge, match="65535x65535"):
        decode(bytes(data))


def test_a_photo_at_the_limit_is_taken_and_one_pixel_more_is_not() -> None:
    data = make_photo(size=(50, 40))
    assert decode(data, limits=DecodeLimits(max_pixels=2000)).width == 50
    with pytest.raises(ImageTooLarge, match=r"1999 pixels\. Received: 50x40"):
        decode(data, limits=DecodeLimits(max_pixels=1999))


def test_a_raised_limit_is_obeyed_beyond_pillow_s_own() -> None:
    data = lying_png(20_000, 20_000)
    with pytest.raises(UnreadableImage):  # it holds too few bytes, but is not too large any more
        decode(data, limits=DecodeLimits(max_pixels=500_000_000), draft_px=8)


def test_a_text_bomb_in_a_png_is_refused() -> None:
    data = bytearray(encode(Image.new("RGB", (4, 4)), "PNG"))
    text = b"k\0\0" + zlib.compress(bytes(100_000_000), 9)
    chunk = struct.pack(">I", len(text)) + b"zTXt" + text + struct.pack(">I", zlib.crc32(b"zTXt" + text))
    with pytest.raises(UnreadableImage):
        decode(bytes(data[:33] + chunk + data[33:]))


@settings(deadline=None)  # a busy machine may take its time
@given(
    format=st.sampled_from(FORMATS),
    edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8),
    kept=st.floats(0.1, 1),
)
def test_a_damaged_photo_is_decoded_or_refused_but_never_crashes(
    format: str, edits: list[tuple[float, int]], kept: float
) -> None:
    image = picture()
    data = bytearray(encode(image.quantize(8) if format == "GIF" else image, format))
    for place, value in edits:
        data[int(place * (len(data) - 1))] = value
    with suppress(ImageError):  # anything else is a failure
        photo = decode(bytes(data[: int(kept * len(data)) + 1]), limits=DecodeLimits(max_pixels=1_000_000))
        assert photo.rgb.ndim == 3
