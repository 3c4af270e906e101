"""Where a window begins under padding='same'."""


def same_padding(size: int, window: int, stride: int, dilation: int = 1) -> int:
    """Padding in front of an axis under TensorFlow's padding='same'."""
    reach = (window - 1) * dilation + 1
    outputs = -(-size // stride)
    return max((outputs - 1) * stride + reach - size, 0) // 2
