"""What the time of an op is made of: how often each step of its kernel is taken.

The estimate of an op is the sum of these counts, each times a coefficient that was
fitted to measured instruction counts (``benchmarks/mcu/fit_cost_model.py``).
"""

from __future__ import annotations

import math

from sbnn_converter.native.plan import Plan
from sbnn_converter.tensors.bit_planes import plane_words
from sbnn_converter.tensors.face import FLOAT32, INT16
from sbnn_converter.tflite.flatbuffer import StoredOp
from sbnn_converter.weights.code import code_name


def op_features(op: StoredOp, plan: Plan) -> tuple[str, dict[str, float]]:
    """The kernel that runs ``op``, and how often it takes each of its steps.

    Args:
      op: the op as it stands in a file.
      plan: what the kernels plan for it.

    Returns:
      The kernel's name, such as ``"conv2d bits"``, and counts by step.
    """
    kernel = kernel_of(op)
    return kernel, {"call": 1.0, **_COUNTS[kernel](op, plan)}


def kernel_of(op: StoredOp) -> str:
    """The name of the kernel that runs ``op``.

    Raises:
      ValueError: this version knows no such op.
    """
    # int16, which only a quantizer reads, costs what int8 does.
    face = {FLOAT32: "float", INT16: "int8"}.get(op.reads, op.reads.label)
    names = {
        "SbnnConv2D": f"conv2d {face}",
        "SbnnDense": f"dense {face}",
        "SbnnMaxPool2D": "max_pool2d",
        "SbnnQuantize": f"quantize {face}",
        "SbnnDequantize": "dequantize",
    }
    name = names.get(op.name)
    if name == "dense bits" and code_name(op.options["code"]) == "sliced":
        name = "dense sliced"
    if name not in _COUNTS:
        raise ValueError(f"{op.name} on {op.input.type}: no cost is known for it")
    return name


def _decoding(op: StoredOp, weights: int, times: int, most: int = 4) -> dict[str, float]:
    """Reading the weight code ``times`` times, ``most`` codes at once."""
    connections = op.options["connections"] * times
    code = code_name(op.options["code"])
    # Several codes are read at once where they fit into a register (rice.h), else
    # one by one; a bitmap is a Rice code with parameter 0.
    if code not in ("rice", "bitmap"):
        return {f"decode {code}": float(connections)}
    density = op.options["connections"] / weights if weights else 0.0
    fit = _share_that_fits(density, op.options["code_parameter"], most)
    alone = connections * (1 - fit) / (1 + (most - 1) * fit)
    few = "one" if most == 2 else f"fewer than {most}"
    return {f"decode {most} at once": connections - alone, f"decode {few}": alone}


def _share_that_fits(density: float, parameter: int, count: int) -> float:
    """Share of places in a Rice code from which ``count`` codes take 31 bits at most.

    For independent weights the unary parts are geometrically distributed, their sum
    negative binomially.
    """
    room = 31 - count * (parameter + 1)
    longer = (1 - density) ** (1 << parameter)  # a unary part goes on
    terms = (math.comb(s + count - 1, count - 1) * longer**s for s in range(room + 1))
    return min(1.0, (1 - longer) ** count * sum(terms))


def _sums(op: StoredOp, count: int) -> dict[str, float]:
    """Handing sums to the output stage."""
    return {f"sum to {op.writes.label}": float(count)}


def _slices(connections: float) -> int:
    """Bits of a counter that takes ``connections`` of them."""
    return max(5, 1 + int(connections + 1).bit_length())


def _conv2d_bits(op: StoredOp, plan: Plan) -> dict[str, float]:
    o = op.options
    filters, positions = o["out_channels"], o["out_height"] * o["out_width"]
    words, passes = plane_words(positions), plan.passes
    fan_in = o["in_channels"] // o["groups"] * o["kernel_height"] * o["kernel_width"]
    connections = o["connections"]
    slices = _slices(connections / filters) + o["domain_shift"]
    to_bits = op.writes.is_planes
    word_rows = plan.same_pitch and o["in_width"] == 32
    way = "word rows" if word_rows else "moved" if plan.same_pitch else "other pitch"
    counts = {
        **_decoding(op, filters * fan_in, passes),
        "pass": passes,
        "channel": passes * filters,
        "group": passes * o["groups"],
        f"copy {way}": plan.copies,
        f"copy word {way}": plan.copy_words,
        "add": connections * words,
        "output word": filters * words,
        "output slice": filters * words * slices,
        "border slice": filters * plan.word_classes * slices,
        "border kind": filters * plan.kind_bits,
    }
    if plan.stream_rows:
        counts["stream row"] = plan.stream_rows
    elif not word_rows:
        counts["column mask"] = plan.copy_words * o["groups"] / o["in_channels"]
    if o["alpha_steps"]:
        counts["window add"] = o["groups"] * fan_in * words
        counts["window word"] = o["groups"] * words
        counts["window slice"] = filters * words * (slices + 2) if to_bits else 0
    if not to_bits:
        counts["unslice"] = filters * words * slices
        counts |= _sums(op, filters * positions)
    return counts


def _conv2d_int8(op: StoredOp, plan: Plan) -> dict[str, float]:
    o = op.options
    filters, positions = o["out_channels"], o["out_height"] * o["out_width"]
    fan_in = o["in_channels"] // o["groups"] * o["kernel_height"] * o["kernel_width"]
    way = "lanes" if plan.lanes else "sums"
    counts = {
        **_decoding(op, filters * fan_in, plan.passes),
        "pass": plan.passes,
        "channel": plan.passes * filters,
        "load row": plan.rows * o["in_channels"],
        "load word": plan.rows * plan.row_words * o["in_channels"],
        f"add {way}": o["connections"] * plan.strips,
        f"strip {way}": filters * plan.strips,
    }
    if o["alpha_steps"]:
        counts["window"] = o["groups"] * plan.strips
        counts["add window"] = o["groups"] * plan.strips * fan_in
        counts[f"start {way}"] = filters * plan.strips
    if not plan.lanes:
        counts |= _sums(op, filters * positions)
    return counts


def _conv2d_float(op: StoredOp, plan: Plan) -> dict[str, float]:
    o = op.options
    filters, positions = o["out_channels"], o["out_height"] * o["out_width"]
    fan_in = o["in_channels"] // o["groups"] * o["kernel_height"] * o["kernel_width"]
    counts = {
        **_decoding(op, filters * fan_in, 1),
        "add": o["connections"] * positions,
        "add row": o["connections"] * o["out_height"],
        **_sums(op, filters * positions),
    }
    if o["alpha_steps"]:
        counts["window"] = (o["groups"] * fan_in + filters) * positions
    return counts


def _dense_bits(op: StoredOp, plan: Plan) -> dict[str, float]:
    o = op.options
    inputs = o["planes"] * o["positions"]
    # Parameters that the kernel has a block of its own for (dense_blocks_thumb2.h).
    at_once = 4 if o["code_parameter"] in (3, 4, 5) else 2
    return {
        **_decoding(op, o["units"] * inputs, 1, at_once),
        "input": inputs,
        **_sums(op, o["units"]),
    }


def _dense_sliced(op: StoredOp, plan: Plan) -> dict[str, float]:
    o = op.options
    inputs = o["planes"] * o["positions"]
    slices = -(-o["units"] // 32)
    return {
        "add": slices * inputs / 2,
        "slice": slices * _slices(inputs / 2),
        "32 units": slices,
        "input": inputs,
        **_sums(op, o["units"]),
    }


def _dense_numbers(op: StoredOp, plan: Plan) -> dict[str, float]:
    o = op.options
    counts = {
        **_decoding(op, o["units"] * o["positions"], 1),
        **_sums(op, o["units"]),
    }
    if o["alpha_steps"]:
        counts["window"] = o["positions"]
    return counts


def _max_pool2d(op: StoredOp, plan: Plan) -> dict[str, float]:
    o = op.options
    width = o["pool_width"]
    pool = (o["pool_height"], width, o["stride_height"], o["stride_width"])
    if (
        pool == (2, 2, 2, 2)
        and not (o["pad_top"] or o["pad_left"])
        and o["in_width"] in (4, 8, 16, 32)
        and (o["out_height"], o["out_width"]) == (o["in_height"] // 2, o["in_width"] // 2)
    ):
        way = "row" if o["in_width"] == 32 else "rows"
        words = plane_words(o["in_height"] * o["in_width"])
        return {"halve plane": o["channels"], f"halve {way}": o["channels"] * words}
    strip = 1 if width > 32 else (32 - width) // o["stride_width"] + 1
    strips = o["channels"] * o["out_height"] * -(-o["out_width"] // strip)
    return {
        "channel": o["channels"],
        "row": o["channels"] * o["out_height"],
        "strip": strips,
        "strip row": strips * o["pool_height"],
        "strip column": strips * (width + o["stride_width"]),
    }


def _quantize(op: StoredOp, plan: Plan) -> dict[str, float]:
    channels = op.input.shape[-1]
    elements = math.prod(op.input.shape)
    return {"element": elements, "word": channels * plane_words(elements // channels)}


def _dequantize(op: StoredOp, plan: Plan) -> dict[str, float]:
    elements = math.prod(op.output.shape)
    return {f"to {op.writes.label}": elements, "channel": op.options["channels"]}


_COUNTS = {
    "conv2d bits": _conv2d_bits,
    "conv2d int8": _conv2d_int8,
    "conv2d float": _conv2d_float,
    "dense bits": _dense_bits,
    "dense sliced": _dense_sliced,
    "dense int8": _dense_numbers,
    "dense float": _dense_numbers,
    "max_pool2d": _max_pool2d,
    "quantize int8": _quantize,
    "quantize float": _quantize,
    "dequantize": _dequantize,
}
KERNELS = tuple(_COUNTS)
