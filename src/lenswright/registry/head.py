"""The linear head of a classifier as its bundle stores it: what serving needs to explain an answer."""

import io
import zipfile
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lenswright.errors import BundleRefused

HEAD = "head.npz"


@dataclass(frozen=True)
class StoredHead:
    """probabilities = softmax((embedding . kernel + bias) / temperature).

    `kernel` float32 (D, C), `bias` float32 (C,), `temperature` above 0.
    """

    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]
    temperature: float

    def to_bytes(self) -> bytes:
        """Return the content of a file `head.npz`."""
        file = io.BytesIO()
        np.savez(file, kernel=self.kernel, bias=self.bias, temperature=np.float32(self.temperature))
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "StoredHead":
        """Return the head. Raises BundleRefused unless its arrays are there and fit each other."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                kernel, bias = (np.asarray(arrays[name], np.float32) for name in ("kernel", "bias"))
                temperature = float(arrays["temperature"])
        except (
            ValueError,
            KeyError,
            TypeError,
            OSError,
            EOFError,
            AttributeError,
            zipfile.BadZipFile,
        ) as exc:
            raise BundleRefused(f"The file {HEAD} holds no head: {exc}.") from exc
        if kernel.ndim != 2 or bias.shape != kernel.shape[1:] or not temperature > 0:
            raise BundleRefused(
                f"Expected a kernel (D, C), a bias (C,) and a temperature above 0 in {HEAD}."
                f" Received: {kernel.shape}, {bias.shape} and {temperature:g}."
            )
        return cls(kernel, bias, temperature)
