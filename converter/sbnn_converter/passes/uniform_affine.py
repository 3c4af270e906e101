"""Functions ``a * x + c`` with the same a and c in every channel."""

from __future__ import annotations

import math

import numpy as np

from sbnn_converter.graph import Input, Node, Permute, Pointwise, Reshape, composed_affine
from sbnn_converter.passes.representation import bits_of

# x, a and c of ``a * x + c``.
AffineSource = tuple[Node, float, float]


def affine_of(node: Pointwise) -> tuple[float, float] | None:
    """``(a, c)`` if the functions of ``node`` come down to ``a * x + c`` in every channel."""
    found = composed_affine(node.steps, np.ones(1), np.zeros(1))
    if found is None:
        return None
    a, c = map(np.unique, found)
    if len(a) != 1 or len(c) != 1 or a[0] == 0:
        return None
    return float(a[0]), float(c[0])


def affine_source(node: Node) -> AffineSource | None:
    """``(x, a, c)`` if ``node`` is ``a * x + c``, and sums over it may be taken
    over x instead.

    That is so in three cases: x are signs and a and c so plain that no sum is
    rounded ({0, 1} is ``(sign + 1) / 2``), x are signs of several bits, or x is the
    network's input, whose preprocessing belongs to the first layer. In the last two
    Keras itself rounds every product (thirds, say): sums over x are the exact ones.
    """
    if not isinstance(node, Pointwise):
        return None
    found = affine_of(node)
    if found is None:
        return None
    a, c = found
    x = node.inputs[0]
    bits = bits_of(x)
    if bits is not None:
        plain = math.frexp(abs(a))[0] == 0.5 and c / a in (-1.0, 0.0, 1.0)
        return (x, a, c) if plain or bits > 1 else None
    source = x
    while isinstance(source, (Reshape, Permute)):
        source = source.inputs[0]
    return (x, a, c) if isinstance(source, Input) else None
