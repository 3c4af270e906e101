"""Padding of convolutions with other values than 0, and on the left alone."""

from keras import ops


def padded(inputs, layer, value: float):
    """Inputs of a convolution, padded so that "valid" computes what `layer.padding` says.

    Args:
        inputs: of the convolution.
        layer: has `padding`, `kernel_size`, `strides`, `dilation_rate`, `data_format`.
        value: what "same" pads with.
    """
    last = layer.data_format == "channels_last"
    sizes = inputs.shape[1:-1] if last else inputs.shape[2:]
    if layer.padding == "causal":
        pads = [(_span(layer, 0) - 1, 0)]
        value = 0.0
    else:
        pads = [_same(size, layer, axis) for axis, size in enumerate(sizes)]
    around = [(0, 0), *pads, (0, 0)] if last else [(0, 0), (0, 0), *pads]
    return ops.pad(inputs, around, constant_values=value)


def _span(layer, axis: int) -> int:
    return (layer.kernel_size[axis] - 1) * _of_axis(layer.dilation_rate, axis) + 1


def _of_axis(numbers, axis: int) -> int:
    return numbers if isinstance(numbers, int) else numbers[axis]


def _same(size: int, layer, axis: int) -> tuple[int, int]:
    stride = _of_axis(layer.strides, axis)
    total = max((-(-size // stride) - 1) * stride + _span(layer, axis) - size, 0)
    return total // 2, total - total // 2
