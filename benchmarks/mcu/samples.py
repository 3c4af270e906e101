"""Ops of every kind with random shapes, weights and thresholds, to measure."""

from __future__ import annotations

import numpy as np

from sbnn_converter.tensors.bit_planes import plane_words
from sbnn_converter.tflite.flatbuffer import StoredOp, StoredTensor
from sbnn_converter.weights.code import CHOICES, encode

_FACES = {
    "bits": "INT32",
    "levels": "INT32",  # of activations of several bits
    "stream": "INT32",
    "int8": "INT8",
    "float": "FLOAT32",
    "int16": "INT16",
}
# Of connections.
_SHARES = (0.005, 0.01, 0.02, 0.05, 0.05, 0.1, 0.2, 0.5)
_USUAL_SHARES = (0.02, 0.05, 0.07, 0.1)
_PLANES = {"levels": 2, "stream": 6}
# Mostly what a conversion takes, but the others have their price, too.
_OTHERS = [name for name in CHOICES[1:] if name not in ("rice", "sliced")]
_CODES = (*4 * ["auto"], "bytes", *reversed(_OTHERS))


class Sampler:
    """Draws ops. Shapes are those of networks for microcontrollers.

    Args:
      seed: of the draws.
      signed: give all kernels the weights -1, 0 and +1.
      code: the weight code of all that may have any; None draws one for each.
    """

    def __init__(self, seed: int, signed: bool = False, code: str | None = None):
        self._rng = np.random.default_rng(seed)
        self._signed = signed
        self._codes = (code,) if code else _CODES

    def ops(self, kernel: str, count: int) -> list[StoredOp]:
        """``count`` ops that the kernel of this name runs."""
        draw = {
            "conv2d bits": lambda: self._conv2d("bits"),
            "conv2d int8": lambda: self._conv2d("int8"),
            "conv2d float": lambda: self._conv2d("float"),
            "dense bits": lambda: self._dense("bits"),
            "dense sliced": lambda: self._dense("bits", sliced=True),
            "dense int8": lambda: self._dense("int8"),
            "dense float": lambda: self._dense("float"),
            "max_pool2d": lambda: self._pool("SbnnMaxPool2D", 1),
            "max_pool2d planes": lambda: self._pool("SbnnMaxPool2D", self._pick(2, 2, 3, 4, 6)),
            "average_pool2d": lambda: self._pool("SbnnAveragePool2D", self._pick(1, 2, 2, 4, 6)),
            "quantize int8": lambda: self._quantize("int8"),
            "quantize float": lambda: self._quantize("float"),
            "quantize planes": self._quantize_planes,
            "dequantize": lambda: self._dequantize(1),
            "dequantize planes": lambda: self._dequantize(self._pick(2, 2, 3, 4, 6)),
            "add": self._add,
        }[kernel]
        return [draw() for _ in range(count)]

    def _pick(self, *values):
        return values[self._rng.integers(len(values))]

    def _conv2d(self, face: str) -> StoredOp:
        small = face != "bits"
        size = self._pick(8, 14, 16, 28, 32) if small else self._pick(4, 7, 8, 16, 28, 32)
        channels = self._pick(1, 3, 4, 8) if small else self._pick(16, 32, 64, 96)
        filters = self._pick(8, 16, 32, 64) if small else self._pick(16, 32, 64, 128)
        kernel, stride, groups = self._pick(1, 3, 3, 3, 5), self._pick(1, 1, 1, 2), 1
        usual = not small and self._rng.random() < 0.5
        if usual:  # what most layers of networks for pictures are
            size, kernel, stride = self._pick(8, 16, 32), 3, 1
            channels, filters = self._pick(1, 2, 4) * 256 // size, self._pick(1, 2, 4) * 256 // size
        elif self._rng.random() < 0.2:  # depthwise
            groups, filters, kernel = channels, channels, 3
        out = -(-size // stride)
        general = self._rng.random() < 0.2 and not self._signed
        pad_value = 0 if small else self._pick(0, 0, 1)
        options = {
            "in_height": size,
            "in_width": size,
            "in_channels": channels,
            "out_height": out,
            "out_width": out,
            "out_channels": filters,
            "kernel_height": kernel,
            "kernel_width": kernel,
            "stride_height": stride,
            "stride_width": stride,
            "dilation_height": 1,
            "dilation_width": 1,
            "pad_top": (kernel - 1) // 2,
            "pad_left": (kernel - 1) // 2,
            "pad_value": pad_value,
            "groups": groups,
            "band_bytes": self._pick(4096, 20480, 32768),
        }
        reads = 1 if small else self._pick(1, 1, 2)
        if small:
            shape = (1, size, size, channels)
        else:
            shape = (1, channels * reads, plane_words(size * size))
        if reads > 1:
            options["in_planes"] = reads
        shares = _USUAL_SHARES if usual else _SHARES
        ones = self._kernel((filters, channels // groups, kernel, kernel), shares)
        options["tap_major"] = int(not small and kernel > 1 and groups == 1)
        output = (
            self._pick("bits", "bits", "levels", "stream", "int8", "float")
            if face == "bits"
            else self._pick("bits", "bits", "levels", "int8", "float")
            if face == "int8"
            else self._pick("bits", "float")
        )
        image = (1, out, out, filters)
        packed = (1, filters * _PLANES.get(output, 1), plane_words(out * out))
        return self._layer("SbnnConv2D", face, output, shape, image, packed, options, ones, general)

    def _dense(self, face: str, sliced: bool = False) -> StoredOp:
        planes = 1 if face != "bits" else self._pick(1, 1, 16, 64)
        positions = int(self._rng.integers(32, 1024)) // (8 if planes > 1 else 1)
        units = self._pick(10, 32, 64, 100, 256)
        options = {"units": units, "planes": planes, "positions": positions}
        words = planes * plane_words(positions)
        shape = (1, words) if face == "bits" else (1, positions)
        ones = self._kernel((units, planes * positions), _SHARES)
        output = self._pick("bits", "bits", "float" if face == "float" else "int8", "float")
        return self._layer(
            "SbnnDense",
            face,
            output,
            shape,
            (1, units),
            (1, plane_words(units)),
            options,
            ones,
            self._rng.random() < 0.2 and not self._signed,
            "sliced" if sliced else None,
        )

    def _kernel(self, shape: tuple[int, ...], shares: tuple[float, ...]) -> np.ndarray:
        ones = self._rng.random(shape) < self._pick(*shares)
        return ones * self._rng.choice([-1, 1], shape) if self._signed else ones

    def _layer(
        self, name, face, output, shape, image, packed, options, ones, general, code=None
    ) -> StoredOp:
        """The op around a kernel, with an output stage of the kind ``output``."""
        coded = encode(ones, code or self._pick(*self._codes))
        shift = 1 if general else 0
        options |= {
            "version": 2,
            "has_signs": int(coded.signed),
            "alpha_steps": -1 if general else 0,
            "domain_shift": shift,
            "connections": coded.connections,
            "code": coded.code,
            "code_parameter": coded.parameter,
            "in_zero_point": -3,
            "output_shift": self._pick(1, 2, 3, 4) if output == "stream" else 8,
        }
        if output in _PLANES:
            options |= {"out_planes": _PLANES[output], "stream": int(output == "stream")}
        constants = [coded.words.view(np.int32), *self._stage(len(ones), face, output)]
        goes_on = output == "stream" and self._rng.random() < 0.5
        return StoredOp(
            name,
            options,
            constants,
            StoredTensor("x", _FACES[face], shape),
            StoredTensor("y", _FACES[output], image if output in ("int8", "float") else packed),
            StoredTensor("before", _FACES[output], packed) if goes_on else None,
        )

    def _stage(self, channels: int, face: str, output: str) -> list[np.ndarray]:
        if output == "float":
            return [np.ones(channels, np.float32)] * 2
        if output == "stream":
            factors = self._rng.integers(1, 3, channels).astype(np.int8)
            return [factors, self._rng.integers(-64, 65, channels).astype(np.int16)]
        dtype = np.float32 if (face, output) == ("float", "bits") else np.int32
        if output == "levels":
            cuts = self._rng.integers(-8, 9, (channels, 2 ** _PLANES[output] - 1))
            flips = np.zeros(plane_words(channels), np.int32)
            return [np.sort(cuts, axis=1).astype(dtype).ravel(), flips]
        first = self._rng.integers(-8, 9, channels).astype(dtype)
        if output == "bits":
            flips = self._rng.integers(-(2**31), 2**31, plane_words(channels))
            return [first, flips.astype(np.int32)]
        return [first, np.zeros(channels, np.int32)]

    def _pool(self, name: str, planes: int) -> StoredOp:
        is_max = name == "SbnnMaxPool2D"
        size = self._pick(7, 8, 14, 16, 28, 32)
        pool = self._pick(2, 2, 3) if is_max else self._pick(2, 2, 4)
        channels, stride = self._pick(16, 64, 128) // min(planes, 4), 2
        if not is_max and self._rng.random() < 0.2:  # over the whole image
            size = pool = stride = self._pick(4, 8)
        elif not is_max and self._rng.random() < 0.5:  # whole words
            size, pool = self._pick(8, 16, 32, 32), 2
        out = size // 2 if is_max else (size - pool) // stride + 1
        options = {
            "channels": channels,
            "in_height": size,
            "in_width": size,
            "out_height": out,
            "out_width": out,
            "pool_height": pool,
            "pool_width": pool,
            "stride_height": stride,
            "stride_width": stride,
        }
        constants = []
        if is_max:
            options |= {"pad_top": 0, "pad_left": 0}
            marks = self._rng.integers(-(2**31), 2**31, plane_words(channels))
            constants = [marks.astype(np.int32)]
        return StoredOp(
            name,
            self._version(options, planes, planes),
            constants,
            StoredTensor("x", "INT32", (1, channels * planes, plane_words(size * size))),
            StoredTensor("y", "INT32", (1, channels * planes, plane_words(out * out))),
        )

    def _version(self, options: dict[str, int], reads: int, writes: int) -> dict[str, int]:
        """The options of an op that reads and writes so many planes a channel."""
        if reads == writes == 1:
            return {"version": 1, **options}
        return {"version": 2, **options, "in_planes": reads, "out_planes": writes}

    def _quantize_planes(self) -> StoredOp:
        size, channels = self._pick(0, 8, 14, 32), self._pick(3, 16, 64)
        planes, levels = self._pick(2, 4, 6, 8), self._pick(1, 2, 2, 3)
        cuts = np.sort(self._rng.integers(0, 2**planes, (channels, 2**levels - 1)), axis=1)
        flips = np.zeros(plane_words(channels), np.int32)
        options = {"positions": size * size or channels}
        return StoredOp(
            "SbnnQuantize",
            self._version(options, planes, levels),
            [cuts.astype(np.int32).ravel(), flips],
            StoredTensor("x", "INT32", _planes_shape(channels, planes, size)),
            StoredTensor("y", "INT32", _planes_shape(channels, levels, size)),
        )

    def _add(self) -> StoredOp:
        size, channels = self._pick(0, 8, 14, 32), self._pick(3, 16, 64)
        planes, more = self._pick(4, 6, 6, 8), self._pick(0, 0, 1)
        options = {"channels": channels if size else 1, "other_planes": planes + more}
        return StoredOp(
            "SbnnAdd",
            self._version(options, planes, planes),
            [],
            StoredTensor("x", "INT32", _planes_shape(channels, planes, size)),
            StoredTensor("y", "INT32", _planes_shape(channels, planes, size)),
            other=StoredTensor("b", "INT32", _planes_shape(channels, planes + more, size)),
        )

    def _quantize(self, face: str) -> StoredOp:
        size, channels = self._pick(0, 8, 14, 32), self._pick(3, 16, 64)
        channels = channels if size else 16 * channels
        positions = size * size or 1
        shape = (1, size, size, channels) if size else (1, channels)
        packed = (1, channels, plane_words(positions)) if size else (1, plane_words(channels))
        return StoredOp(
            "SbnnQuantize",
            {"version": 1},
            self._stage(channels, face, "bits"),
            StoredTensor("x", _FACES[face], shape),
            StoredTensor("y", "INT32", packed),
        )

    def _dequantize(self, planes: int) -> StoredOp:
        size, channels = self._pick(0, 8, 14, 32), self._pick(16, 64) // min(planes, 4)
        options = {
            "height": size,
            "width": size,
            "channels": channels,
            "plus": 1,
            "minus": -1,
        }
        shape = (1, size, size, channels) if size else (1, channels)
        output = self._pick("int8", "float") if planes == 1 else "float"
        return StoredOp(
            "SbnnDequantize",
            self._version(options, planes, 1),
            [],
            StoredTensor("x", "INT32", _planes_shape(channels, planes, size)),
            StoredTensor("y", _FACES[output], shape),
        )


def _planes_shape(channels: int, planes: int, size: int) -> tuple[int, ...]:
    """Of planes of a square image, or of a vector if ``size`` is 0."""
    if not size:
        return (1, planes * plane_words(channels))
    return (1, channels * planes, plane_words(size * size))
