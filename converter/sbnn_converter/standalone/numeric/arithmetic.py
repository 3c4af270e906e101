"""Sums, differences and products, element by element."""

from __future__ import annotations

from sbnn_converter.standalone.call import Call, NotExportable, array, c_name, struct
from sbnn_converter.standalone.numeric.common import (
    activation,
    factor,
    float_limits,
    limits,
    pointer,
    simple,
    type_of,
)
from sbnn_converter.tflite.flatbuffer import StoredStep, StoredTensor


def _operands(op: StoredStep) -> tuple[StoredTensor, StoredTensor, int]:
    """Both operands, the larger first, and after how many elements the other repeats."""
    a, b = op.input(0), op.input(1)
    if a.elements < b.elements:
        a, b = b, a
    ending = tuple(d for d in b.shape)
    while ending and ending[0] == 1:
        ending = ending[1:]
    if a.elements != op.outputs[0].elements or a.shape[len(a.shape) - len(ending) :] != (ending):
        raise NotExportable(
            f"found shapes {a.shape} and {b.shape}, wanted equal ones or one that is "
            "the end of the other"
        )
    return a, b, max(1, b.elements)


def _operand(op: StoredStep, name: str, tensor: StoredTensor) -> tuple[str, dict, dict]:
    """How the C text names an operand; its place, or else its definition."""
    if tensor.data is None:
        return pointer(name, tensor), {name: tensor}, {}
    constant = f"op{op.number}_{name}"
    return constant, {}, {constant: array(c_name(tensor.type), constant, tensor.data)}


def _binary(op: StoredStep, function: str, first: str, constants: dict[str, str]) -> Call:
    """A call for which the order of the operands does not matter."""
    a, b, period = _operands(op)
    y = op.outputs[0]
    second, places, constant = _operand(op, "operand", b)
    arguments = (
        f"{first}, {pointer('x', a)}, {second}, {period}, "
        f"{pointer('y', y, writes=True)}, {y.elements}"
    )
    places = {"x": a, "y": y} | places
    return simple(op, function, arguments, constants | constant, places)


def _sum_constant(op: StoredStep, a: StoredTensor, b: StoredTensor) -> tuple[str, dict[str, str]]:
    """The name and the definition of the factors of a sum or difference of whole numbers."""
    y, twice = op.outputs[0], 2.0 * max(a.scale, b.scale)
    # Bits that TensorFlow Lite's kernels put behind the operands before they add.
    headroom = {"INT8": 20, "INT16": 15}[y.type]
    name = f"op{op.number}_params"
    constant = struct(
        "sbnn_net_add_params",
        name,
        {
            "a_zero": a.zero,
            "b_zero": b.zero,
            "y_zero": y.zero,
            "a": factor(a.scale / twice),
            "b": factor(b.scale / twice),
            "y": factor(twice / (2**headroom * y.scale)),
            "limits": limits(activation(op), y),
        },
    )
    return name, {name: constant}


def add(op: StoredStep) -> Call:
    kind = type_of(op, "INT8", "INT16", "FLOAT32")
    if kind == "FLOAT32":
        return _binary(op, "sbnn_net_add_float", *float_limits(op))
    a, b, _ = _operands(op)
    name, constants = _sum_constant(op, a, b)
    return _binary(op, f"sbnn_net_add_{kind.lower()}", f"&{name}", constants)


def subtract(op: StoredStep) -> Call:
    kind = type_of(op, "INT8", "FLOAT32")
    _operands(op)  # refuses shapes that are not repeated as a whole
    a, b, y = op.input(0), op.input(1), op.outputs[0]
    if kind == "FLOAT32":
        function, (first, constants) = "sbnn_net_subtract_float", float_limits(op)
    else:
        function, (first, constants) = "sbnn_net_subtract_int8", _sum_constant(op, a, b)
        first = f"&{first}"
    arguments = [first]
    places: dict[str, StoredTensor] = {}
    for name, tensor in (("a", a), ("b", b)):
        text, place, constant = _operand(op, name, tensor)
        arguments += [text, str(tensor.elements)]
        places |= place
        constants |= constant
    arguments += [pointer("y", y, writes=True), str(y.elements)]
    return Call(
        statements=(f"{function}({', '.join(arguments)});",),
        places=places | {"y": y},
        functions=(function,),
        constants=constants,
    )


def multiply(op: StoredStep) -> Call:
    if type_of(op, "INT8", "FLOAT32") == "FLOAT32":
        return _binary(op, "sbnn_net_multiply_float", *float_limits(op))
    a, b, _ = _operands(op)
    y, name = op.outputs[0], f"op{op.number}_params"
    constant = struct(
        "sbnn_net_multiply_params",
        name,
        {
            "a_zero": a.zero,
            "b_zero": b.zero,
            "y_zero": y.zero,
            "factor": factor(a.scale * b.scale / y.scale),
            "limits": limits(activation(op), y),
        },
    )
    return _binary(op, "sbnn_net_multiply_int8", f"&{name}", {name: constant})
