"""A network in its int8 form: what TFLite has int8 kernels for, and as few roundings as
there can be in front of signs.

An int8 tensor of which only the sign is read need not hold its values, only keep
them on their side of zero. Three things see to that:

- Scale and bias in front of the sign go into the weights of the float layer
  before it (``moving_scales.py``), so that the sign flips at 0 and not at some value
  between two steps.
- The tensor gets a range many times smaller than its values (``ranges.py``): they
  saturate, and the steps around 0 are fine.
- Almost half a step is taken off every value, which turns rounding to nearest
  into rounding down: a value below 0 gives at most -1 step, 0 itself gives 0.

Values that signs read beside others are INT16 instead (``wide.py``).
"""

from __future__ import annotations

from sbnn_converter import graph as g
from sbnn_converter.quantization.activations import split_activations
from sbnn_converter.quantization.int8_forms import split_steps, use_int8_forms
from sbnn_converter.quantization.moving_scales import (
    scales_before_pools,
    scales_before_signs,
    share_scaled_values,
)
from sbnn_converter.quantization.prescribed import free_prescribed_ranges
from sbnn_converter.quantization.sign_parts import signs_before_concatenations
from sbnn_converter.quantization.wide import copy_into_wide, wide_values


def prepare(graph: g.Graph) -> tuple[list[g.Pointwise], set[g.Node]]:
    """Rewrites a graph that the passes have finished with.

    Returns:
      The nodes of whose values only the sign is read, and those that are to be INT16.
    """
    split_activations(graph)
    signs_before_concatenations(graph)
    share_scaled_values(graph)
    scales_before_pools(graph)
    split_steps(graph)
    free_prescribed_ranges(graph)
    signed = scales_before_signs(graph)
    use_int8_forms(graph)
    wide = wide_values(graph, signed)
    copy_into_wide(graph, wide)
    return signed, wide
