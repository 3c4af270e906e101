"""Reads a layer's quantized weights as a binary kernel."""

from __future__ import annotations

import larq as lq
import numpy as np

from sbnn_converter.errors import ConversionError
from sbnn_converter.graph import BinaryKernel
from sbnn_converter.importer.names import name_of

# Finer ratios than this would leave no exact sums (``docs/format.md``).
_MAX_SHIFT = 8


def quantized(variable) -> np.ndarray:
    """The values of a layer's weights as they go into its sums."""
    with lq.context.quantized_scope(True):
        return variable.numpy()


def import_kernel(name: str, values: np.ndarray, quantizer) -> BinaryKernel:
    """A kernel of two values in each output channel, as ``factor * (b + r)``.

    Args:
      name: the layer, for messages.
      values: the quantized weights, output channel last.
      quantizer: what has quantized them, for messages.

    Returns:
      The kernel, the output channel first, the other axes in the order that they
      had.

    Raises:
      ConversionError: the domain is not converted, there are more than two values, or r is not a
        multiple of 2^-8 or not the same in all channels.
    """
    if getattr(quantizer, "domain", None) == "signed":
        raise ConversionError(
            f"layer '{name}': domain \"signed\" is not converted yet: found weights -1, 0 "
            f"and 1 after {name_of(quantizer)}, a kernel of two values is wanted; train "
            'with domain="01" or domain="general"'
        )
    flat = values.reshape(-1, values.shape[-1])
    low, high = flat.min(0), flat.max(0)
    is_high = values == high
    if not np.all(is_high | (values == low)):
        raise ConversionError(
            f"layer '{name}' has {_count_levels(flat)} different weights in an output "
            f"channel after {name_of(quantizer)}: a kernel of two values is wanted; "
            "use the quantizer 'sparse_binary' or 'ste_sign'"
        )
    low, high = low.astype(np.float64), high.astype(np.float64)
    steps, shift = _as_steps(name, _ratio(name, low, high), low, high)
    ones, factor = np.moveaxis(is_high, -1, 0), high - low
    for channel in np.flatnonzero(low == high):
        ones[channel], factor[channel] = _one_value(low[channel], steps / 2**shift)
    return BinaryKernel(ones, steps, shift, factor)


def _one_value(value: float, ratio: float) -> tuple[bool, float]:
    """A channel whose weights all are ``value``, as b and factor: connections only
    where it takes them."""
    if value == 0:
        return False, 1.0 if ratio == 0 else 0.0
    if ratio != 0 and value / ratio > 0:
        return False, value / ratio
    return (True, value / (1 + ratio)) if ratio != -1 else (False, value / ratio)


def _ratio(name: str, low: np.ndarray, high: np.ndarray) -> float:
    """r = low / (high - low), which all channels of two values have in common."""
    two = low != high
    if not two.any():
        return 0.0
    ratios = low[two] / (high - low)[two]
    if np.any(np.abs(ratios - ratios[0]) > 1e-6):
        raise ConversionError(
            f"layer '{name}' has weights whose ratio differs from channel to channel "
            f"(from {ratios.min():g} to {ratios.max():g}): one binary domain for all "
            "channels is wanted; use 'ste_sign', 'magnitude_aware_sign' or "
            "'sparse_binary'"
        )
    return float(ratios[0])


def _as_steps(name: str, ratio: float, low, high) -> tuple[int, int]:
    for shift in range(_MAX_SHIFT + 1):
        steps = ratio * 2**shift
        if abs(steps - round(steps)) < 1e-6 * 2**shift:
            return round(steps), shift
    raise ConversionError(
        f"layer '{name}' has the weights {low.min():g} and {high.max():g}: "
        "their ratio is not a multiple of 1/256, so sums would not be exact"
    )


def _count_levels(flat: np.ndarray) -> int:
    return max(len(np.unique(channel)) for channel in flat.T[:64])
