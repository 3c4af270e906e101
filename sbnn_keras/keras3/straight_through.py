"""Steps whose forward value is exact, and whose gradient is another function's.

`x + stop_gradient(q - x)` is not exact: x + fl(q - x) need not be q. Here the term that
carries the gradient is a true zero: x - stop_gradient(x) is 0 for every finite x, and a
finite slope times 0 is 0. A NaN or infinite x gives NaN, so that it cannot pass unseen.
"""

import contextlib

from keras import ops

_without_gradients = False


@contextlib.contextmanager
def values_alone():
    """Leaves out the terms that only carry gradients: what is traced then is the values."""
    global _without_gradients
    before, _without_gradients = _without_gradients, True
    try:
        yield
    finally:
        _without_gradients = before


def carries_gradients() -> bool:
    """Whether terms that only carry gradients are wanted."""
    return not _without_gradients


def carry(value, x, slope=None):
    """`value`, with `slope` (1 by default) as its gradient in `x`, of the same shape."""
    if not carries_gradients():
        return value
    zero = x - ops.stop_gradient(x)
    if slope is not None:
        zero = zero * ops.stop_gradient(slope)
    return ops.stop_gradient(value) + zero


def step(x, value, slope):
    """`value(x)`, with `slope(x)` as its gradient, which only a backward pass computes.

    Cheaper than `carry` where tensors are large, and for functions of `x` alone.
    """
    if not carries_gradients():
        return value(x)

    @ops.custom_gradient
    def forward(x):
        def backward(*args, upstream=None):
            if upstream is None:  # some backends hand it over by its place
                (upstream,) = args
            return upstream * slope(x)

        return value(x), backward

    return forward(x)


def round_ratio(ratio, steps: int):
    """Rounds to multiples of 1 / steps; the gradient passes straight through."""
    return carry(ops.round(ratio * steps) / steps, ratio)


def with_scale_gradient(kernel, scale):
    """`kernel` itself, with the gradient of the scale that multiplies its outputs.

    Outputs are scale * sums, and the sums are linear in the kernel: the gradient of the
    scale is the sum over the kernel of kernel * dL / dkernel, divided by the scale.
    """
    if not carries_gradients():
        return kernel
    fixed = ops.stop_gradient(scale)
    return kernel * (1.0 + ops.cast((scale - fixed) / fixed, kernel.dtype))
