"""The C text of our own ops: their parameters as constant structs, so that nothing is
parsed or checked at run time.

The fields are what the ``prepare`` functions of ``runtime/ops`` fill in.
"""

from __future__ import annotations

import numpy as np

from sbnn_converter.native.plan import Plan, plan_op
from sbnn_converter.op_schema import OPS
from sbnn_converter.standalone.call import (
    Call,
    NotExportable,
    array,
    c_name,
    initializer,
    struct,
)
from sbnn_converter.tensors.face import BITS, FLOAT32, INT8, Face
from sbnn_converter.tensors.types import type_of
from sbnn_converter.tflite.flatbuffer import SbnnStep
from sbnn_converter.weights.code import BY_NUMBER, SLICED
from sbnn_converter.weights.stored import stored_kernel

# Fields of an output stage that are `sbnn_integers`, by their struct.
_ANY_WIDTH = {("cuts", "thresholds"), ("stream", "multipliers"), ("stream", "offsets")}

# sbnn_face_kind of kernels/include/sbnn/face.h.
_NUMBERS = {
    "FLOAT32": "SBNN_FLOAT_NUMBERS",
    "INT8": "SBNN_INT8_NUMBERS",
    "INT16": "SBNN_INT16_NUMBERS",
}


def sbnn_call(op: SbnnStep) -> Call:
    """The call of an op whose name begins with ``Sbnn``.

    Raises:
      NotExportable: it is none that this version knows.
      ValueError: the kernels refuse it.
    """
    calls = {
        "SbnnConv2D": _conv2d,
        "SbnnDense": _dense,
        "SbnnMaxPool2D": _max_pool2d,
        "SbnnQuantize": _quantize,
        "SbnnDequantize": _dequantize,
        "SbnnAdd": _add,
    }
    if op.name not in OPS:
        raise NotExportable("this version knows no such op")
    # The very checks that every runtime makes: the C that is written makes none.
    return calls.get(op.name, _between_planes)(op, plan_op(op.sbnn))


def _suffix(face: Face) -> str:
    """What kernels that read a face have in their names."""
    if face.is_planes:
        return BITS.label
    return "float" if face == FLOAT32 else face.label


def _element(face: Face) -> str:
    """The elements in which kernels get a face, in C."""
    return "uint32_t" if face.is_planes else c_name(face.element_type.name)


def _words(positions: int) -> int:
    return -(-positions // 32)


def _kernel(op: SbnnStep, most: int) -> dict[str, str]:
    """Definitions of the weights ``op<n>_kernel``."""
    code = stored_kernel(op.sbnn).code
    name = f"op{op.number}_kernel"
    signs = BY_NUMBER[code.code].sign_words(code)
    fields: dict[str, object] = {
        "words": f"{name}_words",
        "word_count": len(code.words) - signs,
        "count": code.connections,
        "weights": code.weights,
        "most": most,
        "code": code.code,
        "parameter": code.parameter,
    }
    if code.signed:
        fields["is_signed"] = 1
    if signs:
        fields["signs"] = f"{name}_words + {len(code.words) - signs}"
    return {
        f"{name}_words": array("uint32_t", f"{name}_words", code.words),
        name: struct("sbnn_connections", name, fields),
    }


def _face(face: Face) -> str:
    """What an ``sbnn_face`` is initialized with."""
    if face.is_planes:
        return f"{{SBNN_PLANES, {face.planes}}}"
    return f"{{{_NUMBERS[face.element_type.name]}, 0}}"


def _output(op: SbnnStep, channels: int, positions: int) -> dict[str, str]:
    """Definitions of the output stage ``op<n>_output``; ``positions`` 0: a vector."""
    name = f"op{op.number}_output"
    first, second = op.sbnn.constants[-2:]
    face = op.sbnn.writes
    fields: dict[str, object] = {"face": _face(face), "channels": channels}
    how: dict[str, object] = {}
    by = "scale"
    if face.is_planes:
        plane_bits = 32 * _words(positions or channels)
        fields["plane_bits"] = plane_bits
        fields["channel_bits"] = face.planes * plane_bits if positions else 1
    if face.is_planes and not op.sbnn.options.get("stream"):
        is_float = first.dtype == np.float32
        arrays = {"float_thresholds" if is_float else "thresholds": first, "flips": second}
        stage = by = "cuts"
        how["count"] = face.cuts
        if len(first) < channels * face.cuts:
            how["shared"] = "true"
    elif face == FLOAT32:
        stage, arrays = "scale", {"factors": first, "biases": second}
    else:
        arrays = {"multipliers": first, "offsets": second}
        stage = by = "stream" if face.is_planes else "scale"
        how["shift"] = op.sbnn.options["output_shift"]
    constants = {}
    for field, values in arrays.items():
        c_type = "uint32_t" if field == "flips" else c_name(type_of(values).name)
        constants[f"{name}_{field}"] = array(c_type, f"{name}_{field}", values)
        how[field] = f"{name}_{field}"
        if (by, field) in _ANY_WIDTH:
            how[field] = f"{{{how[field]}, {values.itemsize}}}"
    fields |= {"stage": f"SBNN_{stage.upper()}", "by": f"{{.{by} = {initializer(how)}}}"}
    constants[name] = struct("sbnn_output", name, fields)
    return constants


def _domain(op: SbnnStep) -> str:
    o = op.sbnn.options
    return f"{{{o['alpha_steps']}, {o['domain_shift']}}}"


def _params(op: SbnnStep, kind: str, domain: str | None = None) -> dict[str, str]:
    """Definitions of the kernel's parameters ``op<n>_params``: the op's own options."""
    name = f"op{op.number}_params"
    schema = OPS[op.name]
    options = schema.of(op.sbnn.options).as_dict()
    fields: dict[str, object] = {f: options[f] for f in schema.names() if f in options}
    if domain is not None:
        fields["domain"] = domain
        fields["input_bits"] = op.sbnn.reads.planes
    return {name: struct(kind, name, fields)}


def _weighted(op: SbnnStep, function: str, query: str, constants: dict, scratch: int, header):
    n = op.number
    y_type = c_name(op.sbnn.output.type)
    output, others = f"op{n}_output", {}
    joining: tuple[str, ...] = ()
    if op.sbnn.other is not None:
        others = {"other": op.sbnn.other}
        output = f"op{n}_joining"
        joining = (
            f"sbnn_output {output} = op{n}_output;",
            f"{output}.by.stream.before = (const uint32_t*){{other}};",
        )
    return Call(
        statements=(
            *joining,
            f"{function}(&op{n}_params, &op{n}_kernel, &{output}, "
            f"(const {_element(op.sbnn.reads)}*){{x}}, ({y_type}*){{y}}, {{scratch}});",
        ),
        places={"x": op.sbnn.input, **others, "y": op.sbnn.output},
        functions=(function,),
        constants=constants,
        scratch_bytes=scratch,
        scratch_query=query,
        headers=(header,),
    )


def _conv2d(op: SbnnStep, plan: Plan) -> Call:
    o, n = op.sbnn.options, op.number
    constants = {
        **_kernel(op, plan.most),
        **_output(op, o["out_channels"], o["out_height"] * o["out_width"]),
        **_params(op, "sbnn_conv2d_params", _domain(op)),
    }
    kind = _suffix(op.sbnn.reads)
    arguments = {
        "bits": f", &op{n}_kernel, &op{n}_output",
        "int8": f", &op{n}_kernel",
        "float": "",
    }[kind]
    query = f"sbnn_conv2d_{kind}_scratch_bytes(&op{n}_params{arguments})"
    return _weighted(
        op, f"sbnn_conv2d_{kind}", query, constants, plan.scratch_bytes, "sbnn/conv2d.h"
    )


def _dense(op: SbnnStep, plan: Plan) -> Call:
    o, n = op.sbnn.options, op.number
    constants = {
        **_kernel(op, plan.most),
        **_output(op, o["units"], 0),
        **_params(op, "sbnn_dense_params", _domain(op)),
    }
    kind = _suffix(op.sbnn.reads)
    function, header = f"sbnn_dense_{kind}", "sbnn/dense.h"
    query = f"{function}_scratch_bytes(&op{n}_kernel)"
    if kind == "bits":
        # The variant itself: what would pick one would link them all.
        variant = "sliced" if o["code"] == SLICED else "streamed"
        function, header = f"sbnn_dense_{variant}", "kernels/src/dense_variants.h"
        query = f"{function}_scratch_bytes(&op{n}_params, &op{n}_kernel)"
    return _weighted(op, function, query, constants, plan.scratch_bytes, header)


def _on_planes(op: SbnnStep, function: str, arguments: str, constants: dict, header: str) -> Call:
    """A call of a kernel that takes ``arguments`` between its parameters and planes."""
    params = f"op{op.number}_params"
    others = {"other": op.sbnn.other} if op.sbnn.other is not None else {}
    read = "".join(f", (const uint32_t*){{{place}}}" for place in ("x", *others))
    return Call(
        statements=(f"{function}(&{params}{arguments}{read}, (uint32_t*){{y}});",),
        places={"x": op.sbnn.input, **others, "y": op.sbnn.output},
        functions=(function,),
        constants=constants | _params(op, f"{header.removesuffix('.h')}_params"),
        headers=(f"sbnn/{header.removeprefix('sbnn_')}",),
    )


def _max_pool2d(op: SbnnStep, _: Plan) -> Call:
    minimum, planes = f"op{op.number}_minimum", op.sbnn.reads.planes
    marks = {minimum: array("uint32_t", minimum, op.sbnn.constants[0].view(np.uint32))}
    function, count = ("bits", "") if planes == 1 else ("planes", f", {planes}")
    function = f"sbnn_max_pool2d_{function}"
    return _on_planes(op, function, f"{count}, {minimum}", marks, "sbnn_max_pool2d.h")


def _between_planes(op: SbnnStep, _: Plan) -> Call:
    """The call of a kernel ``sbnn_NAME(params, planes, x, y)`` without constants, as
    ``sbnn_average_pool2d`` is; others stand in ``sbnn_call``."""
    name = f"sbnn_{OPS[op.name].in_c()}"
    return _on_planes(op, name, f", {op.sbnn.reads.planes}", {}, f"{name}.h")


def _add(op: SbnnStep, _: Plan) -> Call:
    face, out, shape = op.sbnn.reads, op.sbnn.writes, op.sbnn.input.shape
    words = shape[-1] if len(shape) == 3 else shape[-1] // face.planes
    sizes = f", {face.planes}, {out.planes}, {words}"
    return _on_planes(op, "sbnn_add_planes", sizes, {}, "sbnn_add.h")


def _quantize(op: SbnnStep, _: Plan) -> Call:
    shape = op.sbnn.input.shape
    face, levels = op.sbnn.reads, op.sbnn.writes.planes
    is_image = len(shape) > 2
    if face.is_planes:
        bits = op.sbnn.options["positions"]
        positions = bits if is_image else 0
        channels = shape[1] // face.planes if is_image else bits
        function, sizes = "sbnn_quantize_planes", f"{positions or 1}, {face.planes}"
    else:
        positions = shape[1] * shape[2] if is_image else 0
        channels, sizes = shape[-1], f"{positions or 1}"
        function = "sbnn_quantize" if levels == 1 else "sbnn_quantize_levels"
        function += "" if face == FLOAT32 else f"_{face.label}"
    return Call(
        statements=(
            f"{function}(&op{op.number}_output, {sizes}, "
            f"(const {_element(face)}*){{x}}, (uint32_t*){{y}});",
        ),
        places={"x": op.sbnn.input, "y": op.sbnn.output},
        functions=(function,),
        constants=_output(op, channels, positions),
        headers=("sbnn/quantize.h",),
    )


def _dequantize(op: SbnnStep, _: Plan) -> Call:
    o, planes = op.sbnn.options, op.sbnn.reads.planes
    positions = o["height"] * o["width"]
    bits = 32 * planes * _words(positions) if o["height"] else 1
    size = f"{o['channels']}, {bits}, {positions or 1}"
    if op.sbnn.writes == INT8:
        function = "sbnn_dequantize_int8"
        size += f", {o['plus']}, {o['minus']}"
    elif planes > 1:
        function = "sbnn_dequantize_planes"
        size += f", {planes}"
    else:
        function = "sbnn_dequantize"
    return Call(
        statements=(
            f"{function}({size}, (const uint32_t*){{x}}, ({c_name(op.sbnn.output.type)}*){{y}});",
        ),
        places={"x": op.sbnn.input, "y": op.sbnn.output},
        functions=(function,),
        headers=("sbnn/quantize.h",),
    )
