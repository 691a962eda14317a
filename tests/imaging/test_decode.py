"""Every kind of file that people send, and what must be refused before it costs anything."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lenswright.imaging.decode import decode
from lenswright.imaging.framing import frame
from lenswright.imaging.input_spec import InputSpec
from tests.builders import encode, make_photo, make_pixels

# decode.py asks for the same once; pytest starts each test with filters of its own.
pytestmark = pytest.mark.filterwarnings("ignore:::PIL")

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
EXACT = {"WEBP": {"lossless": True}, "JPEG": {"quality": 95, "subsampling": 0}}
LIES_AS = {  # EXIF orientation -> how an upright picture must be stored to be shown upright
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def quarters(width: int = 64, height: int = 48) -> NDArray[np.uint8]:
    """Return a picture that looks different in each of the eight orientations."""
    pixels = np.full((height, width, 3), 255, np.uint8)
    pixels[: height // 2, : width // 2] = (220, 30, 30)
    pixels[: height // 2, width // 2 :] = (30, 220, 30)
    pixels[height // 2 :, : width // 2] = (30, 30, 220)
    return pixels


def difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    assert one.shape == other.shape
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_gives_its_pixels_size_and_name(format: str) -> None:
    image = Image.fromarray(quarters())
    photo = decode(encode(image.quantize(8) if format == "GIF" else image, format, **EXACT.get(format, {})))
    assert difference(photo.rgb, quarters()) < 2
    assert (photo.width, photo.height, photo.format) == (64, 48, format)
    assert photo.rgb.dtype == np.uint8


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", LIES_AS)
@pytest.mark.parametrize("draft_px", [None, 12])
def test_a_photo_lies_upright_whatever_its_exif_orientation(
    format: str, orientation: int, draft_px: int | None
) -> None:
    upright = Image.fromarray(quarters(320, 240))
    turn = LIES_AS[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encode(
        upright if turn is None else upright.transpose(turn), format, exif=exif, **EXACT.get(format, {})
    )
    photo = decode(data, draft_px=draft_px)
    assert (photo.width, photo.height) == (320, 240)
    height, width, _ = photo.rgb.shape
    assert difference(photo.rgb, quarters(width, height)) < 4


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0garbage", b"Exif\0\0II*\0\xff\xff\xff\x7f", b"Exif\0\0MM\0*\0\0\0\x08\0\xff"]
)
def test_damaged_metadata_does_not_spoil_a_photo(exif: bytes) -> None:
    assert decode(encode(Image.fromarray(quarters()), exif=exif)).rgb.shape == (48, 64, 3)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_means_upright(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert difference(decode(encode(Image.fromarray(quarters()), exif=exif)).rgb, quarters()) < 3


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_cmyk_is_shown_in_its_colours(format: str) -> None:
    photo = decode(encode(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), format))
    assert photo.rgb[8, 8].tolist() == pytest.approx([255, 0, 0], abs=3)


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_to_eight(format: str) -> None:
    deep = np.linspace(0, 65535, 64 * 48).reshape(48, 64).astype(np.uint16)
    rgb = decode(encode(Image.fromarray(deep), format)).rgb
    assert rgb[0, 0].tolist() == [0, 0, 0]
    assert rgb[-1, -1].tolist() == [255, 255, 255]
    assert difference(rgb, np.repeat((deep / 257)[:, :, None], 3, axis=2).astype(np.uint8)) <= 1


def test_a_dark_photo_of_sixteen_bits_stays_dark() -> None:
    deep = np.full((8, 8), 200, np.uint16)
    assert decode(encode(Image.fromarray(deep), "PNG")).rgb.max() <= 1


@pytest.mark.parametrize("most", [1.0, 255.0, 65535.0, 3e6])
def test_floats_are_scaled_by_the_range_they_use(most: float) -> None:
    deep = np.linspace(0, most, 64, dtype=np.float32).reshape(8, 8)
    deep[0, 1] = np.nan
    rgb = decode(encode(Image.fromarray(deep), "TIFF")).rgb
    assert (rgb.min(), rgb.max()) == (0, 255)


def test_a_palette_gives_its_colours() -> None:
    palette = Image.fromarray(quarters()).quantize(4)
    assert difference(decode(encode(palette, "PNG")).rgb, quarters()) < 2


def test_gray_and_bilevel_become_rgb() -> None:
    for mode in ("L", "1"):
        rgb = decode(encode(Image.new(mode, (8, 8), 255 if mode == "L" else 1), "PNG")).rgb
        assert rgb.shape == (8, 8, 3)
        assert (rgb == 255).all()


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_lies_on_white(mode: str) -> None:
    image = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 4, 8))
    options = {}
    if mode == "P":
        image, options = Image.new("P", (8, 8), 1), {"transparency": 1}
        image.putpalette([0, 0, 0, 10, 20, 30])
        image.paste(0, (0, 0, 4, 8))
    rgb = decode(encode(image if mode == "P" else image.convert(mode), "PNG", **options)).rgb
    assert rgb[4, 1].tolist() == [0, 0, 0]
    assert rgb[4, 6].tolist() == [255, 255, 255]


def test_half_transparent_black_is_gray() -> None:
    assert decode(encode(Image.new("RGBA", (4, 4), (0, 0, 0, 128)), "PNG")).rgb[0, 0, 0] == 127


@pytest.mark.parametrize("format", ["GIF", "WEBP", "TIFF", "PNG"])
def test_only_the_first_of_many_pictures_counts(format: str) -> None:
    red, blue = (Image.new("RGB", (16, 16), colour) for colour in ("red", "blue"))
    photo = decode(encode(red, format, save_all=True, append_images=[blue, blue]))
    assert photo.rgb[8, 8].tolist() == pytest.approx([255, 0, 0], abs=4)


def test_a_phone_s_double_photo_is_a_jpeg() -> None:
    image = Image.fromarray(make_pixels(size=(640, 480)))
    data = encode(image, "MPO", save_all=True, append_images=[image.resize((64, 48))])
    photo = decode(data, draft_px=64)
    assert (photo.format, photo.width, photo.height) == ("JPEG", 640, 480)
    assert photo.rgb.shape == (240, 320, 3)  # draft works for it, too


@pytest.mark.parametrize("size_px", [96, 128, 160, 224])
def test_a_draft_gives_nearly_the_pixels_of_the_full_decode(size_px: int) -> None:
    data = make_photo(size=(2048, 1536))
    spec = InputSpec(size_px)
    full, draft = decode(data), decode(data, draft_px=size_px)
    assert (draft.width, draft.height) == (2048, 1536)
    assert min(draft.rgb.shape[:2]) >= 2 * size_px
    assert draft.rgb.size < full.rgb.size
    assert difference(frame(full.rgb, spec), frame(draft.rgb, spec)) < 1.5


def test_a_draft_never_enlarges_or_shrinks_a_small_photo() -> None:
    data = make_photo(size=(300, 200))
    assert np.array_equal(decode(data, draft_px=224).rgb, decode(data).rgb)
