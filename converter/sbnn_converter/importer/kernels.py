"""Reads a layer's quantized weights as a binary kernel."""

from __future__ import annotations

import numpy as np

from sbnn_converter.errors import ConversionError
from sbnn_converter.graph import BinaryKernel
from sbnn_converter.importer.names import name_of

# Finer ratios than this would leave no exact sums (``docs/format.md``).
_MAX_SHIFT = 8


def import_kernel(name: str, values: np.ndarray, quantizer) -> BinaryKernel:
    """A kernel of two values in each output channel, or of -f, 0 and +f.

    Args:
      name: the layer, for messages.
      values: the quantized weights, output channel last.
      quantizer: what has quantized them.

    Returns:
      The kernel, the output channel first, the other axes in the order that they
      had.

    Raises:
      ConversionError: the values are others, or two of which r is not a multiple of
        2^-8 or not the same in all channels.
    """
    flat = values.reshape(-1, values.shape[-1]).astype(np.float64)
    low, high = flat.min(0), flat.max(0)
    two_values = bool(np.all((flat == high) | (flat == low)))
    if _adds_and_subtracts(flat, two_values, quantizer):
        connections, steps, shift, factor = _signed(flat)
    elif two_values:
        connections, steps, shift, factor = _of_two_values(name, flat, low, high)
    else:
        raise ConversionError(
            f"layer '{name}' has {_count_levels(flat)} different weights in an output "
            f"channel after {name_of(quantizer)}: a kernel of two values, or of -1, 0 and 1 "
            "with one factor a channel, is wanted; use the quantizer 'sparse_binary', "
            "'sparse_binary_signed', 'ste_tern' or 'ste_sign'"
        )
    connections = connections.astype(np.int8).reshape(values.shape)
    return BinaryKernel(np.moveaxis(connections, -1, 0), steps, shift, factor)


def _adds_and_subtracts(flat: np.ndarray, two_values: bool, quantizer) -> bool:
    """Whether weights are -f, 0 and +f, and are best taken so.

    Two values with one ratio in all channels need no signs. Of -f and 0 the zeros are
    the connections of the general domain, in which such a ratio was learnt.
    """
    magnitudes = abs(flat)
    if not np.all((flat == 0) | (magnitudes == magnitudes.max(0))):
        return False
    if not two_values:
        return True
    ratios = _ratios(flat.min(0), flat.max(0))
    if np.any(ratios != ratios[:1]):
        return True
    learnt = getattr(quantizer, "domain", None) == "general"
    return ratios.size > 0 and ratios[0] == -1 and not learnt


def _signed(flat: np.ndarray) -> tuple[np.ndarray, int, int, np.ndarray]:
    """Connections, steps, shift and factors of weights -f, 0 and +f.

    A channel in which no connection adds needs no signs, but a negative factor. If no
    channel needs them, the kernel has none.
    """
    connections, factor = np.sign(flat), abs(flat).max(0)
    factor[factor == 0] = 1.0
    adds, subtracts = np.any(flat > 0, axis=0), np.any(flat < 0, axis=0)
    if not np.any(adds & subtracts):
        return abs(connections), 0, 0, np.where(subtracts, -factor, factor)
    return connections, 0, 0, factor


def _of_two_values(
    name: str, flat: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, int, int, np.ndarray]:
    """The same of two values in each channel, as ``factor * (b + r)``."""
    steps, shift = _as_steps(name, _ratio(name, low, high), low, high)
    ones, factor = flat == high, high - low
    for channel in np.flatnonzero(low == high):
        ones[:, channel], factor[channel] = _one_value(low[channel], steps / 2**shift)
    return ones, steps, shift, factor


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
    ratios = _ratios(low, high)
    if not ratios.size:
        return 0.0
    if np.any(np.abs(ratios - ratios[0]) > 1e-6):
        raise ConversionError(
            f"layer '{name}' has weights whose ratio differs from channel to channel "
            f"(from {ratios.min():g} to {ratios.max():g}): one binary domain for all "
            "channels is wanted; use 'ste_sign', 'magnitude_aware_sign' or "
            "'sparse_binary'"
        )
    return float(ratios[0])


def _ratios(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """r of each channel of two values."""
    two = low != high
    return low[two] / (high - low)[two]


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
