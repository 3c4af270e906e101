"""A bit for each weight: the smaller code above about 38 % ones."""

from __future__ import annotations

import numpy as np

from sbnn_converter.weights.coded import CorruptCode, WeightCode
from sbnn_converter.weights.streams import StreamCoding


class Bitmap(StreamCoding):
    name = "bitmap"
    number = 0
    has_parameter = False

    def write_bits(self, kernel: np.ndarray) -> tuple[np.ndarray, int]:
        return np.ravel(kernel) != 0, 0

    def read_bits(self, bits: np.ndarray, code: WeightCode) -> tuple[np.ndarray, int]:
        if code.parameter != 0:
            raise CorruptCode(f"found parameter {code.parameter} of a bitmap, wanted 0")
        return np.flatnonzero(bits), code.weights
