"""Residual streams: whole steps, to which layers add what they have computed."""

from __future__ import annotations

import numpy as np

from sbnn_converter import graph as g


def import_stream(layer, name: str, inputs: list[g.Node], shape, call) -> g.Node:
    """A residual stream as odd whole numbers, and behind it what makes its values of them.

    Args:
      layer: a ``ResidualStream``.
      inputs: the stream and what is added to it, or what begins one.
      shape: of all of them.
      call: Keras's computation, which remains where planes would not be exact.
    """
    signs, exponents, offsets = layer.whole_numbers()
    factors = signs * np.ldexp(1.0, exponents)
    stream = g.StreamSum(name, inputs, shape, layer.bits, layer.step, factors, offsets, layer, call)
    return g.Pointwise(name, [stream], shape, [stream.value_step])
