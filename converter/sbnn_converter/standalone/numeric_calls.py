"""The C text of TensorFlow Lite's own ops, as far as ``runtime/c`` has kernels.

Factors and limits are computed here as TensorFlow Lite computes them when it prepares
an op; the kernels only apply them.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from sbnn_converter.standalone.call import (
    C_TYPES,
    Call,
    NotExportable,
    array,
    float_literal,
    struct,
)
from sbnn_converter.standalone.fixed_factor import fixed_factor, mean_factor, quantized
from sbnn_converter.standalone.network import Op, Tensor

# ActivationFunctionType of the schema: what a fused activation lets through.
_ACTIVATIONS = {0: None, 1: (0.0, math.inf), 2: (-1.0, 1.0), 3: (0.0, 6.0)}
_RELUS = {"RELU": (0.0, math.inf), "RELU_N1_TO_1": (-1.0, 1.0), "RELU6": (0.0, 6.0)}
_VIEWS = ("RESHAPE", "SQUEEZE", "EXPAND_DIMS")


def is_view(op: Op) -> bool:
    """Whether the op only gives its input another shape."""
    return op.name in _VIEWS


def numeric_call(op: Op) -> Call:
    """The call of one of TensorFlow Lite's ops.

    Raises:
      NotExportable: there is no kernel for it; the message says why.
    """
    makers: dict[str, Callable[[Op], Call]] = {
        "ADD": _add,
        "MUL": _multiply,
        "QUANTIZE": _quantize,
        "DEQUANTIZE": _dequantize,
        "PRELU": _prelu,
        "MAX_POOL_2D": _pool,
        "AVERAGE_POOL_2D": _pool,
        "MEAN": _mean,
        "CONCATENATION": _concatenation,
        "PAD": _pad,
        "CONV_2D": _conv2d,
        "DEPTHWISE_CONV_2D": _depthwise,
        "FULLY_CONNECTED": _dense,
        "SOFTMAX": _softmax,
        **dict.fromkeys(_RELUS, _relu),
    }
    if op.name not in makers:
        raise NotExportable("there is no C kernel for it")
    return makers[op.name](op)


# ---- what several ops need


def _type_of(op: Op, *allowed: str) -> str:
    """The type that the op's first input and its output share."""
    kinds = {op.inputs[0].type, op.outputs[0].type}
    if len(kinds) != 1 or not kinds <= set(allowed):
        raise NotExportable(
            f"found {' and '.join(sorted(kinds)).lower()}, wanted "
            f"{' or '.join(allowed).lower()}"
        )
    return kinds.pop()


def _need_constant(tensor: Tensor | None, what: str) -> np.ndarray:
    if tensor is None or tensor.data is None:
        raise NotExportable(f"its {what} are computed, wanted constants")
    return tensor.data


def _factor(value: float) -> str:
    multiplier, shift = fixed_factor(value)
    return f"{{{multiplier}, {shift}}}"


def _limits(bounds: tuple[float, float] | None, y: Tensor) -> str:
    """The limits of output ``y`` as an initializer."""
    if y.type == "FLOAT32":
        low, high = bounds or (-math.inf, math.inf)
        return f"{{{float_literal(low)}, {float_literal(high)}}}"
    low, high = (0, 255) if y.type == "UINT8" else (-128, 127)
    if bounds:
        low = max(low, quantized(bounds[0], y.scale, y.zero))
        if not math.isinf(bounds[1]):
            high = min(high, quantized(bounds[1], y.scale, y.zero))
    return f"{{{low}, {high}}}"


def _activation(op: Op) -> tuple[float, float] | None:
    number = getattr(op.options, "fusedActivationFunction", 0)
    if number not in _ACTIVATIONS:
        raise NotExportable("found a fused tanh or sign, wanted none or a kind of ReLU")
    return _ACTIVATIONS[number]


def _simple(op: Op, function: str, arguments: str, constants=None, places=None) -> Call:
    """A call ``function(arguments)`` on the op's tensors ``{x}`` and ``{y}``."""
    return Call(
        statements=(f"{function}({arguments});",),
        places={"x": op.inputs[0], "y": op.outputs[0], **(places or {})},
        functions=(function,),
        constants=constants or {},
    )


def _pointer(name: str, tensor: Tensor, *, writes: bool = False) -> str:
    kind = C_TYPES[tensor.type]
    return f"({kind}*){{{name}}}" if writes else f"(const {kind}*){{{name}}}"


def _pair(op: Op) -> str:
    x, y = op.inputs[0], op.outputs[0]
    return f"{_pointer('x', x)}, {_pointer('y', y, writes=True)}"


# ---- element by element


def _operands(op: Op) -> tuple[Tensor, Tensor, int]:
    """Both operands, the larger first, and after how many elements the other repeats."""
    a, b = op.inputs[0], op.inputs[1]
    if a.elements < b.elements:
        a, b = b, a
    ending = tuple(d for d in b.shape)
    while ending and ending[0] == 1:
        ending = ending[1:]
    if a.elements != op.outputs[0].elements or a.shape[
        len(a.shape) - len(ending) :
    ] != (ending):
        raise NotExportable(
            f"found shapes {a.shape} and {b.shape}, wanted equal ones or one that is "
            "the end of the other"
        )
    return a, b, max(1, b.elements)


def _binary(op: Op, function: str, first: str, constants: dict[str, str]) -> Call:
    a, b, period = _operands(op)
    y = op.outputs[0]
    constants, places = dict(constants), {"x": a, "y": y}
    if b.data is not None:
        name = f"op{op.number}_operand"
        constants[name] = array(C_TYPES[b.type], name, b.data)
        second = name
    else:
        second = _pointer("b", b)
        places["b"] = b
    arguments = (
        f"{first}, {_pointer('x', a)}, {second}, {period}, "
        f"{_pointer('y', y, writes=True)}, {y.elements}"
    )
    return _simple(op, function, arguments, constants, places)


def _add(op: Op) -> Call:
    kind = _type_of(op, "INT8", "FLOAT32")
    y = op.outputs[0]
    if kind == "FLOAT32":
        return _binary(op, "sbnn_net_add_float", *_float_limits(op))
    a, b, _ = _operands(op)
    twice = 2.0 * max(a.scale, b.scale)
    name = f"op{op.number}_params"
    constant = struct("sbnn_net_add_params", name, {
        "a_zero": a.zero, "b_zero": b.zero, "y_zero": y.zero,
        "a": _factor(a.scale / twice), "b": _factor(b.scale / twice),
        "y": _factor(twice / (2**20 * y.scale)),
        "limits": _limits(_activation(op), y),
    })  # fmt: skip
    return _binary(op, "sbnn_net_add_int8", f"&{name}", {name: constant})


def _float_limits(op: Op, bounds=None) -> tuple[str, dict[str, str]]:
    """The name and the definition of float limits."""
    name = f"op{op.number}_limits"
    limits = _limits(bounds or _activation(op), op.outputs[0])
    return name, {name: f"static const sbnn_net_float_limits {name} = {limits};"}


def _multiply(op: Op) -> Call:
    _type_of(op, "FLOAT32")
    return _binary(op, "sbnn_net_multiply_float", *_float_limits(op))


def _requantize(op: Op, bounds: tuple[float, float] | None) -> Call:
    x, y = op.inputs[0], op.outputs[0]
    functions = {
        ("INT8", "INT8"): "sbnn_net_requantize_int8",
        ("UINT8", "INT8"): "sbnn_net_requantize_uint8_int8",
        ("INT8", "UINT8"): "sbnn_net_requantize_int8_uint8",
    }
    if (x.type, y.type) not in functions:
        raise NotExportable(f"found {x.type.lower()} to {y.type.lower()}")
    name = f"op{op.number}_params"
    constant = struct("sbnn_net_requantize_params", name, {
        "x_zero": x.zero, "y_zero": y.zero, "factor": _factor(x.scale / y.scale),
        "limits": _limits(bounds, y),
    })  # fmt: skip
    function = functions[x.type, y.type]
    return _simple(
        op, function, f"&{name}, {_pair(op)}, {y.elements}", {name: constant}
    )


def _relu(op: Op) -> Call:
    if _type_of(op, "INT8", "FLOAT32") == "INT8":
        return _requantize(op, _RELUS[op.name])
    name, constants = _float_limits(op, _RELUS[op.name])
    count = op.outputs[0].elements
    arguments = f"{name}, {_pair(op)}, {count}"
    return _simple(op, "sbnn_net_limit_float", arguments, constants)


def _quantize(op: Op) -> Call:
    x, y = op.inputs[0], op.outputs[0]
    if x.type != "FLOAT32":
        return _requantize(op, None)
    if y.type != "INT8":
        raise NotExportable(f"found float32 to {y.type.lower()}, wanted int8")
    scale = f"{float_literal(y.scale)}, {y.zero}"
    return _simple(op, "sbnn_net_quantize_int8", f"{scale}, {_pair(op)}, {y.elements}")


def _dequantize(op: Op) -> Call:
    x, y = op.inputs[0], op.outputs[0]
    if (x.type, y.type) != ("INT8", "FLOAT32"):
        raise NotExportable(f"found {x.type.lower()}, wanted int8")
    scale = f"{float_literal(x.scale)}, {x.zero}"
    return _simple(
        op, "sbnn_net_dequantize_int8", f"{scale}, {_pair(op)}, {y.elements}"
    )


def _prelu(op: Op) -> Call:
    kind = _type_of(op, "INT8", "FLOAT32")
    x, y, slopes = op.inputs[0], op.outputs[0], op.inputs[1]
    values = _need_constant(slopes, "slopes")
    if slopes.elements != x.shape[-1] and slopes.shape != x.shape[1:]:
        raise NotExportable(
            f"found slopes of shape {slopes.shape}, wanted one a channel"
        )
    name, table = f"op{op.number}_params", f"op{op.number}_slopes"
    constants = {table: array(C_TYPES[kind], table, values)}
    tail = (
        f"{_pointer('x', x)}, {table}, {slopes.elements}, "
        f"{_pointer('y', y, writes=True)}, {y.elements}"
    )
    if kind == "FLOAT32":
        return _simple(op, "sbnn_net_prelu_float", tail, constants)
    constants[name] = struct("sbnn_net_prelu_params", name, {
        "x_zero": x.zero, "slope_zero": slopes.zero, "y_zero": y.zero,
        "positive": _factor(x.scale / y.scale),
        "negative": _factor(x.scale * slopes.scale / y.scale),
    })  # fmt: skip
    return _simple(op, "sbnn_net_prelu_int8", f"&{name}, {tail}", constants)


# ---- windows


def _window(op: Op, kernel: tuple[int, int]) -> dict[str, str]:
    """The definition of the op's window, ``op<n>_window``."""
    x, y, o = op.inputs[0].shape, op.outputs[0].shape, op.options
    name = f"op{op.number}_window"
    fields: dict[str, object] = {}
    for axis, side, stride, dilation, before in (
        (1, "height", o.strideH, getattr(o, "dilationHFactor", 1), "pad_top"),
        (2, "width", o.strideW, getattr(o, "dilationWFactor", 1), "pad_left"),
    ):
        size = kernel[axis - 1]
        missing = (y[axis] - 1) * stride + (size - 1) * dilation + 1 - x[axis]
        fields |= {
            f"in_{side}": x[axis], f"out_{side}": y[axis], f"kernel_{side}": size,
            f"stride_{side}": stride, f"dilation_{side}": dilation,
            before: max(0, missing) // 2 if o.padding == 0 else 0,
        }  # fmt: skip
    fields |= {"in_channels": x[3], "out_channels": y[3]}
    return {name: struct("sbnn_net_window", name, fields)}


def _limits_constant(op: Op) -> tuple[str, dict[str, str]]:
    if op.outputs[0].type == "FLOAT32":
        return _float_limits(op)
    name = f"op{op.number}_limits"
    limits = _limits(_activation(op), op.outputs[0])
    return name, {name: f"static const sbnn_net_limits {name} = {limits};"}


def _pool(op: Op) -> Call:
    kind = _type_of(op, "INT8", "FLOAT32")
    function = {"MAX_POOL_2D": "max", "AVERAGE_POOL_2D": "average"}[op.name]
    suffix = "int8" if kind == "INT8" else "float"
    name, limits = _limits_constant(op)
    constants = limits | _window(op, (op.options.filterHeight, op.options.filterWidth))
    arguments = f"&op{op.number}_window, {name}, {_pair(op)}"
    return _simple(op, f"sbnn_net_{function}_pool_{suffix}", arguments, constants)


def _mean(op: Op) -> Call:
    kind = _type_of(op, "INT8", "FLOAT32")
    x, y = op.inputs[0], op.outputs[0]
    axes = sorted(
        int(a) % len(x.shape) for a in _need_constant(op.inputs[1], "axes").ravel()
    )
    if axes != list(range(1, len(x.shape) - 1)):
        raise NotExportable(f"found a mean over axes {axes}, wanted all but the last")
    channels = x.shape[-1]
    positions = x.elements // channels
    tail = (
        f"{_pointer('x', x)}, {positions}, {channels}, {_pointer('y', y, writes=True)}"
    )
    if kind == "FLOAT32":
        return _simple(op, "sbnn_net_mean_float", tail)
    multiplier, shift = mean_factor(x.scale / y.scale, positions)
    name = f"op{op.number}_factor"
    constants = {
        name: f"static const sbnn_net_factor {name} = {{{multiplier}, {shift}}};"
    }
    arguments = f"{name}, {x.zero}, {y.zero}, {tail}"
    return _simple(op, "sbnn_net_mean_int8", arguments, constants)


# ---- weighted sums


def _weights(op: Op, kind: str, channels: int) -> dict[str, str]:
    """Definitions of ``op<n>_weights`` for ``channels`` outputs."""
    x, w, y = op.inputs[0], op.inputs[1], op.outputs[0]
    bias = op.inputs[2] if len(op.inputs) > 2 else None
    name = f"op{op.number}_weights"
    constants = {
        f"{name}_data": array(
            C_TYPES[kind], f"{name}_data", _need_constant(w, "weights")
        )
    }
    if w.type != kind:
        raise NotExportable(f"found {w.type.lower()} weights, wanted {kind.lower()}")
    fields: dict[str, object] = {"weights": f"{name}_data"}
    if bias is not None:
        c_type = "int32_t" if kind == "INT8" else "float"
        if bias.type != ("INT32" if kind == "INT8" else "FLOAT32"):
            raise NotExportable(f"found a bias of {bias.type.lower()}")
        constants[f"{name}_bias"] = array(
            c_type, f"{name}_bias", _need_constant(bias, "biases")
        )
        fields["bias"] = f"{name}_bias"
    fields["limits"] = _limits(_activation(op), y)
    if kind == "INT8":
        if len(w.scales) > 1 or op.name != "FULLY_CONNECTED":
            scales = np.broadcast_to(w.scales, (channels,))
            real = [x.scale * float(s) / y.scale for s in scales]
        else:  # the product of both scales is rounded to a float32 there
            product = float(np.float32(x.scale) * np.float32(w.scale))
            real = [product / y.scale] * channels
        factors = [fixed_factor(r) for r in real]
        for field, c_type, values in (
            ("multipliers", "int32_t", [m for m, _ in factors]),
            ("shifts", "int8_t", [s for _, s in factors]),
        ):
            constants[f"{name}_{field}"] = array(
                c_type, f"{name}_{field}", np.array(values)
            )
            fields[field] = f"{name}_{field}"
        fields |= {"x_zero": x.zero, "y_zero": y.zero}
    suffix = "int8" if kind == "INT8" else "float"
    constants[name] = struct(f"sbnn_net_weights_{suffix}", name, fields)
    return constants


def _conv2d(op: Op) -> Call:
    kind = _type_of(op, "INT8", "FLOAT32")
    x, w = op.inputs[0].shape, op.inputs[1].shape
    constants = _window(op, (w[1], w[2])) | _weights(op, kind, w[0])
    n, suffix = op.number, "int8" if kind == "INT8" else "float"
    arguments = f"&op{n}_window, {x[3] // w[3]}, &op{n}_weights, {_pair(op)}"
    return _simple(op, f"sbnn_net_conv2d_{suffix}", arguments, constants)


def _depthwise(op: Op) -> Call:
    kind = _type_of(op, "INT8", "FLOAT32")
    w = op.inputs[1].shape
    constants = _window(op, (w[1], w[2])) | _weights(op, kind, w[3])
    n, suffix = op.number, "int8" if kind == "INT8" else "float"
    arguments = f"&op{n}_window, &op{n}_weights, {_pair(op)}"
    return _simple(op, f"sbnn_net_depthwise_{suffix}", arguments, constants)


def _dense(op: Op) -> Call:
    kind = _type_of(op, "INT8", "FLOAT32")
    units, inputs = op.inputs[1].shape
    if op.inputs[0].elements != inputs:
        raise NotExportable(f"found {op.inputs[0].elements} inputs, wanted {inputs}")
    n, suffix = op.number, "int8" if kind == "INT8" else "float"
    arguments = f"&op{n}_weights, {inputs}, {units}, {_pair(op)}"
    return _simple(op, f"sbnn_net_dense_{suffix}", arguments, _weights(op, kind, units))


# ---- softmax


def _softmax(op: Op) -> Call:
    kind = _type_of(op, "INT8", "FLOAT32")
    x, y, beta = op.inputs[0], op.outputs[0], float(op.options.beta)
    count = x.shape[-1]
    tail = f"{_pair(op)}, {x.elements // count}, {count}"
    if kind == "FLOAT32":
        return _simple(op, "sbnn_net_softmax_float", f"{float_literal(beta)}, {tail}")
    if (y.scale, y.zero) != (1 / 256, -128):
        raise NotExportable("found another scale of its output than 1/256 from -128 on")
    # Differences in Q5: 26 bits behind the point. What is too small for Q5 is 0.
    factor = min(beta * x.scale * 2**26, 2**31 - 1.0)
    if factor <= 1.0:
        raise NotExportable(
            f"found inputs of scale {x.scale:g}, too fine to be told apart"
        )
    multiplier, shift = fixed_factor(factor)
    least = -math.floor(31.0 * 2**26 / 2.0**shift)
    name = f"op{op.number}_factor"
    constants = {
        name: f"static const sbnn_net_factor {name} = {{{multiplier}, {shift}}};"
    }
    return _simple(op, "sbnn_net_softmax_int8", f"{name}, {least}, {tail}", constants)


# ---- moving


def _concatenation(op: Op) -> Call:
    y = op.outputs[0]
    axis = op.options.axis % len(y.shape)
    if _activation(op):
        raise NotExportable("found a fused activation, wanted none")
    item = y.bytes // y.elements
    rows = math.prod(y.shape[:axis])
    pitch = y.bytes // rows
    statements, places, offset = [], {"y": y}, 0
    for i, x in enumerate(op.inputs):
        if x is None or x.data is not None or x.type != y.type:
            raise NotExportable("found a constant or a second type among its inputs")
        if x.type == "INT8" and (x.scale, x.zero) != (y.scale, y.zero):
            raise NotExportable("found inputs of different scales, wanted one scale")
        size = x.elements // rows * item
        statements.append(
            f"sbnn_net_copy_rows({{x{i}}}, {size}, (uint8_t*){{y}} + {offset}, {pitch}, "
            f"{size}, {rows});"
        )
        places[f"x{i}"] = x
        offset += size
    return Call(tuple(statements), places, ("sbnn_net_copy_rows",))


def _pad(op: Op) -> Call:
    kind = _type_of(op, "INT8", "FLOAT32")
    x, y = op.inputs[0], op.outputs[0]
    pads = _need_constant(op.inputs[1], "paddings").reshape(-1, 2)
    if len(x.shape) != 4 or pads[0].any():
        raise NotExportable("found a padded batch, wanted an image")
    item = x.bytes // x.elements
    channels = y.shape[3] * item
    row = y.shape[2] * channels
    inner = x.shape[3] * item
    start = (pads[1][0] * y.shape[2] + pads[2][0]) * channels + pads[3][0] * item
    if kind == "INT8":
        fill = f"memset({{y}}, {x.zero & 0xFF}, {y.bytes});"
        functions = ("sbnn_net_copy_rows",)
    else:
        fill = f"sbnn_net_fill_float(0.0f, (float*){{y}}, {y.elements});"
        functions = ("sbnn_net_copy_rows", "sbnn_net_fill_float")
    statements = [fill]
    for line in range(x.shape[1]):
        statements.append(
            f"sbnn_net_copy_rows((const uint8_t*){{x}} + {line * x.shape[2] * inner}, "
            f"{inner}, (uint8_t*){{y}} + {start + line * row}, {channels}, {inner}, "
            f"{x.shape[2]});"
        )
    return Call(tuple(statements), {"x": x, "y": y}, functions)
