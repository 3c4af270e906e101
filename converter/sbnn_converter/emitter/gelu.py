"""Makes TFLite's GELU of the operators that TFLiteConverter left of one.

It has a rewrite for that, which misses a GELU whose factors stand in another order
than Keras writes them in; they do behind a custom op. What is left then has an error
function in it, for which TFLite has no op.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from tensorflow.lite.python import schema_py_generated as schema

from sbnn_converter.emitter.editor import FlatbufferEditor

_TOLERANCE = 1e-5
_MOST_FACTORS = 3


def fuse_gelu(editor: FlatbufferEditor) -> bool:
    """Makes one GELU of each ``x/2 * (1 + erf(x / sqrt(2)))`` or ``x/2 * erfc(-x / sqrt(2))``;
    says whether there was any. Error functions in anything else stay as they are."""
    fused = [_fuse(editor, op) for op in editor.custom_operators("Erf")]
    if any(fused):
        editor.drop_unread()
    return any(fused)


def _fuse(editor: FlatbufferEditor, error_function) -> bool:
    (argument,), (value,) = error_function.inputs, error_function.outputs
    wanted, term = math.sqrt(0.5), None
    if editor.name(error_function) == "Erfc":
        wanted, term = -wanted, value
    elif editor.name(error_function) == "Erf":
        term = _plus_one(editor, value)
    if term is None:
        return False
    for x, scale in _multiples(editor, argument):
        if math.isclose(scale, wanted, rel_tol=_TOLERANCE):
            last = _half_of_both(editor, term, x)
            if last is not None:
                options = schema.GeluOptionsT()
                options.approximate = False
                editor.make_builtin(last, "GELU", [x], options)
                return True
    return False


def _plus_one(editor: FlatbufferEditor, tensor: int) -> int | None:
    """What adding 1 to ``tensor`` gives, if nothing else is done with it."""
    reader = editor.only_reader(tensor)
    if reader is None or not _is_plain(editor, reader, "ADD"):
        return None
    others = [editor.number(t) for t in reader.inputs if t != tensor]
    return int(reader.outputs[0]) if others == [1.0] else None


def _multiples(editor: FlatbufferEditor, tensor: int) -> Iterator[tuple[int, float]]:
    """The tensors that ``tensor`` is a multiple of, itself first, and the factors."""
    factor = 1.0
    while True:
        yield int(tensor), factor
        writer = editor.writer(tensor)
        if writer is None:
            return
        if editor.name(writer) == "NEG":
            factor, tensor = -factor, writer.inputs[0]
        elif _is_plain(editor, writer, "DIV") and (divisor := editor.number(writer.inputs[1])):
            factor, tensor = factor / divisor, writer.inputs[0]
        elif _is_plain(editor, writer, "MUL"):
            a, b = writer.inputs
            if editor.number(a) is not None:
                a, b = b, a
            number = editor.number(b)
            if number is None:
                return
            factor, tensor = factor * number, a
        else:
            return


def _half_of_both(editor: FlatbufferEditor, term: int, x: int):
    """The operator that ends the product ``0.5 * term * x``, if there is one."""
    product = term
    for _ in range(_MOST_FACTORS):
        reader = editor.only_reader(product)
        if reader is None or not _is_plain(editor, reader, "MUL"):
            return None
        product = reader.outputs[0]
        number, factors = _factors(editor, product, {term, x})
        is_half = math.isclose(number, 0.5, rel_tol=_TOLERANCE)
        if is_half and sorted(factors) == sorted([term, x]):
            return reader
    return None


def _factors(editor: FlatbufferEditor, tensor: int, whole: set) -> tuple[float, list[int]]:
    """A product as a number and tensors; those in ``whole`` are not taken apart."""
    writer = editor.writer(tensor)
    if tensor in whole:
        return 1.0, [int(tensor)]
    number = editor.number(tensor)
    if number is not None:
        return number, []
    if writer is None or not _is_plain(editor, writer, "MUL"):
        return 1.0, [int(tensor)]
    parts = [_factors(editor, t, whole) for t in writer.inputs]
    return math.prod(n for n, _ in parts), [t for _, ts in parts for t in ts]


def _is_plain(editor: FlatbufferEditor, operator, name: str) -> bool:
    """Whether it is the builtin ``name``, with no activation in it."""
    return editor.name(operator) == name and (
        operator.builtinOptions is None
        or operator.builtinOptions.fusedActivationFunction == schema.ActivationFunctionType.NONE
    )
