"""From the order of the weight code to the order of a Keras kernel.

The code runs output channel first (``docs/format.md``, "Weight code"), Keras
kernels have the output channel last. Both orders are permutations of the same
axes.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from sbnn_converter.tflite.flatbuffer import StoredOp

# The C readers count weights in 32-bit integers.
_LARGEST = 2**31 - 1


@dataclasses.dataclass(frozen=True)
class KernelLayout:
    """The two orders of one kernel.

    Attributes:
      kind: what people call the layer, such as ``"conv 3x3"``.
      code_shape: axes in the order of the weight code.
      axes: these axes in the order of Keras.
      keras_shape: the shape of the kernel in Keras, some axes merged into one.
    """

    kind: str
    code_shape: tuple[int, ...]
    axes: tuple[int, ...]
    keras_shape: tuple[int, ...]

    @property
    def weights(self) -> int:
        return math.prod(self.code_shape)

    def to_keras(self, indices: np.ndarray) -> np.ndarray:
        """Indices in the order of the code to flat indices of the Keras kernel.

        Args:
          indices: places in the code, each below ``weights``.

        Returns:
          int64 array, the place in Keras of each.
        """
        places = np.unravel_index(indices, self.code_shape)
        shape = [self.code_shape[axis] for axis in self.axes]
        flat = np.ravel_multi_index([places[axis] for axis in self.axes], shape)
        return flat.astype(np.int64)


def layout_of(op: StoredOp) -> KernelLayout:
    """The layout of an op's kernel.

    Raises:
      ValueError: an option is missing or out of its range, or the op is unknown.
    """
    if op.name == "SbnnDense":
        return _checked(op, _dense(op))
    if op.name == "SbnnConv2D":
        return _checked(op, _conv2d(op))
    raise ValueError(
        f"{op.name}: found weights in an op that this version does not know; update sbnn-keras"
    )


def _dense(op: StoredOp) -> KernelLayout:
    units, planes, positions = (_size(op, n) for n in ("units", "planes", "positions"))
    return KernelLayout(
        kind="dense",
        code_shape=(units, planes, positions),
        axes=(2, 1, 0),  # Keras flattens an image position by position
        keras_shape=(positions * planes, units),
    )


def _conv2d(op: StoredOp) -> KernelLayout:
    height, width = _size(op, "kernel_height"), _size(op, "kernel_width")
    filters, in_channels = _size(op, "out_channels"), _size(op, "in_channels")
    groups = _size(op, "groups")
    if in_channels % groups:
        raise ValueError(
            f"{op.name}: found {in_channels} input channels in {groups} groups; wanted a multiple"
        )
    channels = in_channels // groups
    by_tap = op.options.get("tap_major", 0)
    if by_tap not in (0, 1):
        raise ValueError(f"{op.name}: found {by_tap!r} as option 'tap_major', wanted 0 or 1")
    kind = "depthwise" if groups > 1 and channels == 1 else "conv"
    return KernelLayout(
        kind=f"{kind} {height}x{width}",
        code_shape=(filters, height, width, channels)
        if by_tap
        else (filters, channels, height, width),
        axes=(1, 2, 3, 0) if by_tap else (2, 3, 1, 0),
        keras_shape=(height, width, channels, filters),
    )


def _size(op: StoredOp, name: str) -> int:
    value = op.options.get(name)
    if not isinstance(value, int) or not 1 <= value <= _LARGEST:
        found = "nothing" if value is None else repr(value)
        raise ValueError(f"{op.name}: found {found} as option '{name}', wanted 1 to {_LARGEST}")
    return value


def _checked(op: StoredOp, layout: KernelLayout) -> KernelLayout:
    if layout.weights > _LARGEST:
        raise ValueError(
            f"{op.name}: found a kernel of {layout.weights} weights, wanted at most {_LARGEST}"
        )
    return layout
