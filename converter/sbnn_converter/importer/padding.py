"""Where a window begins under each kind of padding."""


def same_padding(size: int, window: int, stride: int, dilation: int = 1) -> int:
    """Padding in front of an axis under TensorFlow's padding='same'."""
    reach = (window - 1) * dilation + 1
    outputs = -(-size // stride)
    return max((outputs - 1) * stride + reach - size, 0) // 2


def padding_before(padding: str, size: int, window: int, stride: int, dilation: int = 1) -> int:
    """Padding in front of an axis.

    Args:
      padding: ``"valid"``, ``"same"`` or ``"causal"``.
      size: positions of the input along the axis.
    """
    if padding == "same":
        return same_padding(size, window, stride, dilation)
    return (window - 1) * dilation if padding == "causal" else 0
