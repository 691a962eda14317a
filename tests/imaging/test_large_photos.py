"""What a large photo may cost: the memory and the time of one that was made to be dear."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lenswright.errors import ImageTooLarge, UnreadableImage
from lenswright.imaging import rgb as rgb_module
from lenswright.imaging.counted_file import MOST_READS
from lenswright.imaging.decode import DecodeLimits, decode
from lenswright.imaging.rgb import to_rgb
from tests.builders import encode, make_pixels
from tests.imaging.bombs import of_many_parts, of_many_scans, plain, turned

# decode.py asks for the same once; pytest starts each test with filters of its own.
pytestmark = pytest.mark.filterwarnings("ignore:::PIL")

MEASURE = """
import os, resource, sys
from lenswright.imaging.framing import decode_framed
from lenswright.imaging.input_spec import InputSpec
from lenswright.dataset.examination import examine
from lenswright.dataset.upload import Upload
from lenswright.imaging.decode import DecodeLimits
work, first, *files = sys.argv[1:]
most = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
def look(file):
    data = open(file, "rb").read()
    if work == "serving":
        decode_framed(data, InputSpec(128))
    else:
        examine(Upload("x", data), "0", DecodeLimits())
look(first)
for file in files:
    if not os.fork():  # each from the same start
        before = most()
        look(file)
        print(most() - before, flush=True)
        os._exit(0)
    assert os.wait()[1] == 0
"""
SIDE = 3_000
DEAREST: dict[str, tuple[str, str, dict[str, Any]]] = {
    "transparent, turned": ("RGBA", "PNG", {"exif": turned()}),
    "gray, transparent": ("LA", "PNG", {}),
    "16 bits": ("I;16", "PNG", {}),
    "one colour transparent": ("RGB", "PNG", {"transparency": (0, 0, 0)}),
    "floats": ("F", "TIFF", {"compression": "tiff_adobe_deflate"}),
    "progressive, turned": ("RGB", "JPEG", {"progressive": True, "subsampling": 0, "exif": turned()}),
}


@pytest.fixture(scope="module")
def dearest(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The paths of a small photo and of the dearest large ones."""
    folder = tmp_path_factory.mktemp("dearest")
    (folder / "small").write_bytes(plain("RGB", "JPEG", 64))
    for name, (mode, format, options) in DEAREST.items():
        (folder / name).write_bytes(plain(mode, format, SIDE, **options))
    return [str(folder / name) for name in ("small", *DEAREST)]


@pytest.mark.parametrize("work", ["serving", "upload"])
def test_the_dearest_photo_takes_at_most_ten_bytes_a_pixel(dearest: list[str], work: str) -> None:
    command = [sys.executable, "-c", MEASURE, work, *dearest]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    mb = {name: int(kb) / 1000 for name, kb in zip(DEAREST, done.stdout.split(), strict=True)}
    assert max(mb.values()) > 3 * SIDE**2 / 1e6  # else nothing was measured
    limit = 10 * SIDE**2 / 1e6 + 20  # and some MB that do not grow with the photo
    assert {name: most for name, most in mb.items() if most > limit} == {}


@pytest.mark.parametrize("format", ["WEBP", "TIFF"])
def test_formats_that_are_dear_to_decode_may_have_half_the_pixels(format: str) -> None:
    limits = DecodeLimits(max_pixels=20_000)
    assert decode(plain("RGB", format, 100), limits=limits).width == 100
    with pytest.raises(ImageTooLarge, match=f"at most 10000 pixels of a {format} of mode RGB"):
        decode(plain("RGB", format, 101), limits=limits)
    with pytest.raises(ImageTooLarge, match="at most 10000 pixels of a JPEG of mode CMYK"):
        decode(plain("CMYK", "JPEG", 101), limits=limits)


@pytest.mark.parametrize("kind", of_many_parts(1))
def test_a_photo_of_very_many_parts_is_refused(kind: str) -> None:
    assert decode(of_many_parts(100)[kind]).rgb.shape == (48, 64, 3)
    with pytest.raises(UnreadableImage, match=f"fewer parts. Received: more than {MOST_READS}"):
        decode(of_many_parts(MOST_READS + 1)[kind])


def test_a_jpeg_that_would_be_refined_for_hours_is_refused() -> None:
    assert decode(of_many_scans(200)).width == 64
    data = of_many_scans(1_500, side=1_000)
    with pytest.raises(UnreadableImage, match=r"at most 1500 scans\. Received: 15\d\d"):
        decode(data)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
@pytest.mark.parametrize("factor", [1, 3])
def test_a_picture_taken_in_stripes_is_that_taken_at_once(
    mode: str, factor: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    gray = Image.fromarray(make_pixels(size=(100, 70))).convert("L")
    image = Image.fromarray(np.asarray(gray, np.uint16) * 200) if mode == "I;16" else gray.convert(mode)
    if mode == "RGBA":
        image.putalpha(gray)
    at_once = np.asarray(to_rgb(image).reduce(factor))
    monkeypatch.setattr(rgb_module, "BAND_PIXELS", 1_000)
    assert np.array_equal(np.asarray(to_rgb(image, factor=factor)), at_once)


def test_a_large_photo_is_shrunk_to_what_the_whole_of_it_would_become() -> None:
    rows, columns = np.mgrid[0:1700, 0:2600]
    pixels = np.stack([rows % 251, columns % 241, (rows * columns) % 239], axis=2).astype(np.uint8)
    shrunk = decode(encode(Image.fromarray(pixels), "BMP"), draft_px=100)
    assert (shrunk.width, shrunk.height) == (2600, 1700)
    assert np.array_equal(shrunk.rgb, np.asarray(Image.fromarray(pixels).reduce(8)))
