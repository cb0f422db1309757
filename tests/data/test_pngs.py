"""Pictures written as PNG are read back pixel by pixel."""

import io

import numpy as np
import pytest
from PIL import Image

from repeatpass.data.pngs import palette_png, png

CHANCE = np.random.default_rng(3)
MODES = {1: "L", 3: "RGB", 4: "RGBA"}


def decoded(content: bytes) -> Image.Image:
    Image.open(io.BytesIO(content)).verify()  # the checksums of its chunks
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("size", [(1, 1), (1, 7), (256, 256), (300, 17)])
def test_pixels_come_back_as_they_were(channels: int, size: tuple[int, int]) -> None:
    pixels = CHANCE.integers(0, 256, (*size, channels), dtype="uint8")
    image = decoded(png(pixels))
    assert image.mode == MODES[channels]
    assert np.array_equal(np.asarray(image).reshape(pixels.shape), pixels)


def test_pixels_that_lie_band_by_band_in_memory_come_back_too() -> None:
    bands = CHANCE.integers(0, 256, (3, 20, 30), dtype="uint8")
    assert np.array_equal(np.asarray(decoded(png(bands.transpose(1, 2, 0)))).transpose(2, 0, 1), bands)


@pytest.mark.parametrize("clear", [None, 0, 7, 255])
def test_a_palette_gives_each_pixel_its_colour_and_one_of_them_none(clear: int | None) -> None:
    shades, colours = CHANCE.integers(0, 256, (64, 64), dtype="uint8"), CHANCE.integers(0, 256, (256, 3), dtype="uint8")
    image = decoded(palette_png(shades, colours, clear))
    assert image.mode == "P"
    found = np.asarray(image.convert("RGBA"))
    assert np.array_equal(found[..., :3], colours[shades])
    assert np.array_equal(found[..., 3] == 0, np.zeros(shades.shape, bool) if clear is None else shades == clear)
