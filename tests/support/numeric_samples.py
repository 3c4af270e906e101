"""TensorFlow Lite's own ops of every kind with random shapes and weights, to measure."""

from __future__ import annotations

import math

import numpy as np

from builtin_model import BuiltinOp, tensor
from sbnn_converter.tflite.flatbuffer import StoredTensor

_TYPES = {"int8": "INT8", "int16": "INT16", "float": "FLOAT32", "uint8": "UINT8"}
_SCALE = 0.05
# What a sample multiplies at most: whole numbers, floats, which may be computed in software.
_MOST = {"int8": 60_000, "int16": 30_000, "float": 12_000}


class NumericSampler:
    """Draws ops. Shapes are those of small networks, so that a core runs many."""

    def __init__(self, seed: int):
        self._rng = np.random.default_rng(seed)

    def ops(self, kernel: str, count: int) -> list[BuiltinOp]:
        """``count`` ops that the kernel of this name runs."""
        *words, last = kernel.split(" ")
        kinds = [last] if last in _TYPES else []
        draw = getattr(self, "_draw_" + "_".join(words if kinds else [*words, last]))
        return [draw(*kinds) for _ in range(count)]

    def inputs(self, network) -> list[np.ndarray]:
        """A sample for every input of a network."""
        return [self._values(t.type, t.shape) for t in network.inputs]

    def _values(self, kind: str, shape: tuple[int, ...]) -> np.ndarray:
        if kind == "FLOAT32":
            return self._rng.normal(0, 1.5, shape).astype(np.float32)
        low, high = np.iinfo(kind.lower()).min, np.iinfo(kind.lower()).max
        return self._rng.integers(low, high, shape, kind.lower(), endpoint=True)

    def _pick(self, *values):
        return values[self._rng.integers(len(values))]

    def _tensor(self, kind: str, shape, *, scale: float = _SCALE, zero: int = 3, content=None):
        if kind == "float":
            return tensor("FLOAT32", shape, content)
        return tensor(_TYPES[kind], shape, content, [scale], 0 if kind == "int16" else zero)

    def _constant(self, kind: str, shape, **more):
        return self._tensor(kind, shape, content=self._values(_TYPES[kind], shape), **more)

    def _numbers(self, values) -> StoredTensor:
        found = np.asarray(values, np.int32)
        return tensor("INT32", found.shape, found)

    def _activation(self) -> dict[str, int]:
        return {"fusedActivationFunction": self._pick(0, 0, 1, 3)}

    # ---- weighted sums ----

    def _weights(self, kind: str, shape, channels: int, terms: int):
        """Weights, biases and the scale of the sums."""
        w = self._values("FLOAT32" if kind == "float" else "INT8", shape)
        if kind == "float":
            bias = self._values("FLOAT32", (channels,))
            return tensor("FLOAT32", shape, w), tensor("FLOAT32", (channels,), bias), 1.0
        scales = self._rng.uniform(0.001, 0.01, channels)
        wide = np.int32 if kind == "int8" else np.int64
        bias = self._rng.integers(-500, 500, channels).astype(wide)
        stored = tensor(wide.__name__.upper(), (channels,), bias, scales * _SCALE)
        deviation = _SCALE * 0.005 * 74 * 74 * math.sqrt(terms)
        return tensor("INT8", shape, w, scales), stored, deviation / 60

    def _sides(self) -> tuple[int, int]:
        return int(self._rng.integers(3, 17)), int(self._rng.integers(3, 17))

    def _window(self, pooling: bool = False):
        """Sides of the image, of the window and of the output, and the options."""
        while True:
            height, width = self._sides()
            size = self._pick(2, 2, 3, 4) if pooling else self._pick(1, 1, 3, 3, 3, 5)
            sides = (size, self._pick(size, size, size, 1, 2))
            stride = self._pick(2, size, 1) if pooling else self._pick(1, 1, 2)
            dilation = 1 if pooling else self._pick(1, 1, 1, 1, 2)
            same = self._rng.random() < 0.6
            reach = [(side - 1) * dilation + 1 for side in sides]
            if min(height - reach[0], width - reach[1]) >= 0:
                break
        out = [
            -(-n // stride) if same else (n - r) // stride + 1
            for n, r in zip((height, width), reach)
        ]
        fields = {"padding": 0 if same else 1, "strideH": stride, "strideW": stride}
        if pooling:
            fields |= {"filterHeight": sides[0], "filterWidth": sides[1]}
        else:
            fields |= {"dilationHFactor": dilation, "dilationWFactor": dilation}
        return (height, width), sides, tuple(out), fields | self._activation()

    def _draw_conv2d(self, kind: str) -> BuiltinOp:
        while True:
            image, sides, out, fields = self._window()
            channels, filters = self._pick(1, 3, 4, 8, 16, 32), self._pick(4, 8, 16, 32)
            groups = self._pick(1, 1, 1, 1, 2) if channels % 2 == 0 else 1
            terms = math.prod(sides) * channels // groups
            if 200 < math.prod(out) * filters * terms <= _MOST[kind]:
                break
        shape = (filters, *sides, channels // groups)
        w, bias, scale = self._weights(kind, shape, filters, terms)
        x = self._tensor(kind, (1, *image, channels))
        y = self._tensor(kind, (1, *out, filters), scale=scale)
        return BuiltinOp("CONV_2D", [x, w, bias], [y], "Conv2DOptions", fields)

    def _draw_depthwise(self, kind: str) -> BuiltinOp:
        while True:
            image, sides, out, fields = self._window()
            channels, multiple = self._pick(1, 3, 4, 8, 16, 32), self._pick(1, 1, 1, 2)
            filters = channels * multiple
            if 200 < math.prod(out) * filters * math.prod(sides) <= _MOST[kind] / 3:
                break
        w, bias, scale = self._weights(kind, (1, *sides, filters), filters, math.prod(sides))
        x = self._tensor(kind, (1, *image, channels))
        y = self._tensor(kind, (1, *out, filters), scale=scale)
        fields |= {"depthMultiplier": multiple}
        return BuiltinOp("DEPTHWISE_CONV_2D", [x, w, bias], [y], "DepthwiseConv2DOptions", fields)

    def _draw_dense(self, kind: str) -> BuiltinOp:
        while True:
            inputs, units = int(self._rng.integers(8, 512)), self._pick(4, 10, 32, 64, 100)
            if inputs * units <= _MOST[kind]:
                break
        w, bias, scale = self._weights(kind, (units, inputs), units, inputs)
        x = self._tensor(kind, (1, inputs))
        y = self._tensor(kind, (1, units), scale=scale)
        return BuiltinOp(
            "FULLY_CONNECTED", [x, w, bias], [y], "FullyConnectedOptions", self._activation()
        )

    # ---- element by element ----

    def _image(self) -> tuple[int, ...]:
        while True:
            shape = (1, *self._sides(), self._pick(1, 3, 4, 8, 16))
            if math.prod(shape) >= 200:
                return shape

    def _binary(self, name: str, options: str, kind: str, scale: float) -> BuiltinOp:
        shape = self._image()
        other = self._pick(shape, shape, (shape[-1],), (1,))
        operands = [
            self._tensor(kind, shape),
            self._tensor(kind, shape, scale=0.04)
            if other == shape
            else self._constant(kind, other, scale=0.04),
        ]
        y = self._tensor(kind, shape, scale=scale)
        return BuiltinOp(name, operands, [y], options, self._activation())

    def _draw_add(self, kind: str) -> BuiltinOp:
        return self._binary("ADD", "AddOptions", kind, 0.07)

    def _draw_subtract(self, kind: str) -> BuiltinOp:
        return self._binary("SUB", "SubOptions", kind, 0.07)

    def _draw_multiply(self, kind: str) -> BuiltinOp:
        return self._binary("MUL", "MulOptions", kind, 0.15)

    def _draw_prelu(self, kind: str) -> BuiltinOp:
        shape = self._image()
        slopes = self._constant(kind, self._pick((1, 1, shape[-1]), shape[1:]), scale=0.01)
        return BuiltinOp(
            "PRELU", [self._tensor(kind, shape), slopes], [self._tensor(kind, shape, scale=0.04)]
        )

    def _of_elements(self, name: str, x: str, y: str, **more) -> BuiltinOp:
        shape = self._image()
        return BuiltinOp(name, [self._tensor(x, shape)], [self._tensor(y, shape, **more)])

    def _draw_requantize(self) -> BuiltinOp:
        if self._rng.random() < 0.3:
            return self._of_elements(self._pick("RELU", "RELU6", "RELU_N1_TO_1"), "int8", "int8")
        pairs = ["int8 int8", "uint8 int8", "int8 uint8", "int8 int16", "int16 int8", "int16 int16"]
        x, y = self._pick(*pairs).split()
        return self._of_elements("QUANTIZE", x, y, scale=0.04)

    def _draw_limit(self, kind: str) -> BuiltinOp:
        return self._of_elements(self._pick("RELU", "RELU6", "RELU_N1_TO_1"), kind, kind)

    def _draw_quantize(self, kind: str) -> BuiltinOp:
        return self._of_elements("QUANTIZE", kind, "int8")

    def _draw_dequantize(self, kind: str) -> BuiltinOp:
        return self._of_elements("DEQUANTIZE", kind, "float")

    def _draw_look_up(self, kind: str) -> BuiltinOp:
        name, scale, zero = self._pick(("LOGISTIC", 1 / 256, -128), ("TANH", 1 / 128, 0))
        return self._of_elements(name, kind, kind, scale=scale, zero=zero)

    def _draw_logistic(self, kind: str) -> BuiltinOp:
        return self._of_elements("LOGISTIC", kind, kind)

    def _draw_tanh(self, kind: str) -> BuiltinOp:
        return self._of_elements("TANH", kind, kind)

    # ---- windows, means, softmax ----

    def _pool(self, name: str, kind: str) -> BuiltinOp:
        image, _, out, fields = self._window(pooling=True)
        channels = self._pick(1, 3, 4, 8, 16)
        x, y = (self._tensor(kind, (1, *sides, channels)) for sides in (image, out))
        return BuiltinOp(name, [x], [y], "Pool2DOptions", fields)

    def _draw_max_pool(self, kind: str) -> BuiltinOp:
        return self._pool("MAX_POOL_2D", kind)

    def _draw_average_pool(self, kind: str) -> BuiltinOp:
        return self._pool("AVERAGE_POOL_2D", kind)

    def _draw_mean(self, kind: str) -> BuiltinOp:
        shape = (1, *self._sides(), self._pick(4, 8, 16, 32))
        y = self._tensor(kind, (1, shape[-1]), scale=0.01)
        return BuiltinOp(
            "MEAN", [self._tensor(kind, shape), self._numbers([1, 2])], [y], "ReducerOptions"
        )

    def _draw_softmax(self, kind: str) -> BuiltinOp:
        shape = (1, self._pick(1, 1, 4, 8), self._pick(4, 10, 10, 32, 100))
        y = self._tensor(kind, shape, scale=1 / 256, zero=-128)
        x = self._tensor(kind, shape, scale=self._pick(0.03, 0.06, 0.1))
        return BuiltinOp("SOFTMAX", [x], [y], "SoftmaxOptions", {"beta": 1.0})

    # ---- moving things ----

    def _words(self) -> tuple[str, tuple[int, ...]]:
        """A type and an image of whole words, so that what lies behind it is aligned."""
        kind = self._pick("int8", "int8", "float")
        while True:
            shape = (1, *self._sides(), self._pick(1, 2, 3, 4, 8, 16))
            if kind == "float" or math.prod(shape) % 4 == 0:
                return kind, shape

    def _are_words(self, kind: str, *shapes) -> bool:
        return kind == "float" or not any(math.prod(shape) % 4 for shape in shapes)

    def _draw_copy_rows(self) -> BuiltinOp:
        while True:
            kind, shape = self._words()
            axis = self._pick(3, 3, 3, 2, 1)
            sizes = [int(n) for n in self._rng.integers(1, 9, self._pick(2, 2, 3))]
            parts = [(*shape[:axis], n, *shape[axis + 1 :]) for n in sizes]
            if self._are_words(kind, *parts):
                break
        whole = self._tensor(kind, (*shape[:axis], sum(sizes), *shape[axis + 1 :]))
        stored = [self._tensor(kind, part) for part in parts]
        if self._rng.random() < 0.5:
            return BuiltinOp(
                "CONCATENATION", stored, [whole], "ConcatenationOptions", {"axis": axis}
            )
        inputs = [whole, self._numbers(sizes), self._numbers([axis])]
        return BuiltinOp("SPLIT_V", inputs, stored, "SplitVOptions", {"numSplits": len(sizes)})

    def _draw_pad(self, kind: str) -> BuiltinOp:
        while True:
            _, shape = self._words()
            pads = np.zeros((4, 2), np.int32)
            pads[1:3] = self._rng.integers(0, 3, (2, 2))
            padded = tuple(n + int(p.sum()) for n, p in zip(shape, pads))
            if self._are_words(kind, shape, padded):
                break
        x = self._tensor(kind, shape)
        return BuiltinOp(
            "PAD", [x, self._numbers(pads)], [self._tensor(kind, padded)], "PadOptions"
        )

    def _draw_pick(self) -> BuiltinOp:
        while True:
            kind, shape = self._words()
            begins = [int(self._rng.integers(0, n // 2 + 1)) for n in shape]
            sizes = [
                n - b - int(self._rng.integers(0, 2)) * (n - b > 2) for n, b in zip(shape, begins)
            ]
            if self._rng.random() < 0.5:
                begins[3], sizes[3] = 0, shape[3]
            if self._are_words(kind, sizes):
                break
        x = self._tensor(kind, shape)
        if self._rng.random() < 0.5:
            axes = self._pick([0, 3, 1, 2], [0, 2, 1, 3], [0, 3, 2, 1], [0, 2, 3, 1])
            y = self._tensor(kind, [shape[a] for a in axes])
            return BuiltinOp("TRANSPOSE", [x, self._numbers(axes)], [y], "TransposeOptions")
        inputs = [x, self._numbers(begins), self._numbers(sizes)]
        return BuiltinOp("SLICE", inputs, [self._tensor(kind, sizes)], "SliceOptions")

    def _draw_resize(self) -> BuiltinOp:
        while True:
            kind, shape = self._words()
            sides = self._sides()
            wanted = (1, *sides, shape[3])
            if self._are_words(kind, wanted):
                break
        return BuiltinOp(
            "RESIZE_NEAREST_NEIGHBOR",
            [self._tensor(kind, shape), self._numbers(sides)],
            [self._tensor(kind, wanted)],
            "ResizeNearestNeighborOptions",
        )
