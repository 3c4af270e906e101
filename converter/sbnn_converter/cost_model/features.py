"""What the time of an op is made of: how often each step of its kernel is taken.

The estimate of an op is the sum of these counts, each times a coefficient that was
fitted to measured instruction counts (``benchmarks/mcu/fit_cost_model.py``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from sbnn_converter.native.plan import Plan
from sbnn_converter.tensors.bit_planes import plane_words
from sbnn_converter.tensors.face import BITS, FLOAT32, INT8, INT16
from sbnn_converter.tflite.flatbuffer import StoredOp
from sbnn_converter.weights.code import code_name

# What kernels do with weights -1, 0 and +1; "listed" is activations of several bits as well.
SIGN_STEPS = {
    "sign",
    "word of two lists",
    "add of two lists",
    "opposite word",
    "unit with signs",
    "listed input",
    "32 units listed",
}

# Slices that convolutions sum in, at least, and those of one bit (plane_sums.h); at most,
# where what becomes of the sums is part of their program (plane_program.c).
_LONG_SLICES = 7
_SHORT_SLICES = 5
_FUSED_SLICES = 10

# What dense layers do with gaps that are bytes.
_BYTE_GAPS = {
    "byte gap",
    "byte gap beside rare ones",
    "unit of byte gaps",
    "byte gap with a sign",
    "unit of byte gaps with signs",
}


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
    if op.reads.is_planes:
        face = BITS.label
    several = op.reads.planes > 1
    names = {
        "SbnnConv2D": f"conv2d {face}",
        "SbnnDense": f"dense {face}",
        "SbnnMaxPool2D": "max_pool2d planes" if several else "max_pool2d",
        "SbnnQuantize": "quantize planes" if op.reads.is_planes else f"quantize {face}",
        "SbnnDequantize": "dequantize planes" if several else "dequantize",
        "SbnnAveragePool2D": "average_pool2d",
        "SbnnAdd": "add",
    }
    name = names.get(op.name)
    if name == "dense bits" and code_name(op.options["code"]) == "sliced":
        name = "dense sliced"
    if name == "dense int8" and _is_used_at_once(op):
        name = "dense bits"  # whose inputs are bytes by then, too
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
        return {decode_step(code): float(connections)}
    density = op.options["connections"] / weights if weights else 0.0
    fit = _share_that_fits(density, op.options["code_parameter"], most)
    alone = connections * (1 - fit) / (1 + (most - 1) * fit)
    few = "one" if most == 2 else f"fewer than {most}"
    return {f"decode {most} at once": connections - alone, f"decode {few}": alone}


def decode_step(code: str) -> str:
    """The step that reads a connection of a weight code that is read one by one."""
    return f"decode {code}"


def code_steps(code: str) -> set[str]:
    """The steps that only kernels with this weight code take."""
    return {decode_step(code)} | (_BYTE_GAPS if code == "bytes" else set())


def _gaps_used_at_once(op: StoredOp) -> dict[str, float]:
    """Gaps that are bytes, where each connection is added as it is read (dense_bytes.h)."""
    o = op.options
    unit = "unit of byte gaps"
    if _has_signs(op):
        return {"byte gap with a sign": o["connections"], f"{unit} with signs": o["units"]}
    rare = "byte gap beside rare ones" if o["code_parameter"] else "byte gap"
    return {rare: o["connections"], unit: o["units"]}


def _is_used_at_once(op: StoredOp) -> bool:
    if code_name(op.options["code"]) != "bytes":
        return False
    return not (_has_signs(op) and op.options["code_parameter"])


def _share_that_fits(density: float, parameter: int, count: int) -> float:
    """Share of places in a Rice code from which ``count`` codes take 31 bits at most.

    For independent weights the unary parts are geometrically distributed, their sum
    negative binomially.
    """
    room = 31 - count * (parameter + 1)
    longer = (1 - density) ** (1 << parameter)  # a unary part goes on
    terms = (math.comb(s + count - 1, count - 1) * longer**s for s in range(room + 1))
    return min(1.0, (1 - longer) ** count * sum(terms))


def _has_signs(op: StoredOp) -> bool:
    return bool(op.options.get("has_signs", 0))


def _sums(op: StoredOp, count: int) -> dict[str, float]:
    """Handing sums to the output stage. A stream and int16 are scaled like int8; bits of an
    activation are taken to cost what one does, each."""
    face = INT8 if op.writes == INT16 else op.writes
    if not face.is_planes:
        return {f"sum to {face.label}": float(count)}
    if op.options.get("stream"):
        return {f"sum to {INT8.label}": float(count)}
    return {f"sum to {BITS.label}": float(count * face.planes)}


def _slices(connections: float) -> int:
    """Bits of a counter that takes ``connections`` of them."""
    return max(5, 1 + int(connections + 1).bit_length())


def _sum_range(op: StoredOp, connections: float, fan_in: int) -> tuple[float, int]:
    """The largest sum of a filter with so many connections, and the slices that it is made in."""
    o, levels = op.options, op.reads.planes
    most = connections * (2**levels - 1) * 2 ** o["domain_shift"]
    most += abs(o["alpha_steps"]) * fan_in
    if levels == op.writes.planes == 1:  # the counters alone
        least = _LONG_SLICES if o["alpha_steps"] else _SHORT_SLICES
        return most, max(least, 1 + int(connections + 1).bit_length()) + o["domain_shift"]
    least = o["domain_shift"] + levels + _LONG_SLICES
    return most, max(least, 1 + int(most + 1).bit_length())


def _stage_words(op: StoredOp, words: int, slices: int) -> dict[str, float]:
    """What makes an output of ``words`` of sums in ``slices``, as long as it needs no numbers."""
    o, planes = op.options, op.writes.planes
    is_stream = bool(o.get("stream"))
    kept = slices - o["output_shift"] if is_stream else 0
    if is_stream and op.other is None:
        kind = "begun stream"  # sums are the stream, there is nothing to add them to
    elif planes > 1 and slices <= _FUSED_SLICES and not o["domain_shift"] and kept <= planes:
        kind = "fused"  # sums of a word go from registers into its planes
    else:
        kind = "stream" if is_stream else "output"
    times = 1 if is_stream or not planes else op.writes.cuts
    return {
        f"{kind} word": words * times,
        f"{kind} plane": words * planes if is_stream else 0,
        f"{kind} slice": words * slices * times,
    }


def _conv2d_bits(op: StoredOp, plan: Plan) -> dict[str, float]:
    o = op.options
    filters, positions = o["out_channels"], o["out_height"] * o["out_width"]
    words, passes = plane_words(positions), plan.passes
    fan_in = o["in_channels"] // o["groups"] * o["kernel_height"] * o["kernel_width"]
    connections = o["connections"]
    # Each plane of an activation is added at its slice, by the same connections.
    planes = op.reads.planes
    most, slices = _sum_range(op, connections / filters, fan_in)
    to_bits = op.writes.is_planes
    counts: dict[str, float] = {
        **_decoding(op, filters * fan_in, passes),
        "pass": passes,
        "channel": passes * filters,
        "group": passes * o["groups"],
        f"copy {plan.way}": plan.copies,
        f"copy word {plan.way}": plan.copy_words,
        "add": connections * words * planes,
        "add further plane": connections * words * (planes - 1),
        **_stage_words(op, filters * words, slices),
    }
    if plan.way == "short rows" and plan.kinds == 9 and words > 1:  # conv2d_bits_rows.h
        counts["slice of rows"] = passes * filters * slices
    else:
        counts["border slice"] = filters * plan.word_classes * slices
        counts["border kind"] = filters * plan.kind_bits
    if o.get("tap_major"):
        counts["tap"] = passes * filters * o["kernel_height"] * o["kernel_width"]
    else:
        counts["place by channel"] = passes * connections
    if plan.stream_rows:
        counts["stream row"] = plan.stream_rows
    elif plan.way in ("moved", "parts"):
        copied = planes * o["in_channels"] * (2 if _has_signs(op) else 1)
        counts["column mask"] = plan.copy_words * o["groups"] / copied
    if _has_signs(op):
        counts["sign"] = connections * passes
        # One row of fours, with a jump each instead of one in a dozen.
        counts["add of two lists"] = connections * words * planes
        counts["word of two lists"] = filters * words * planes
    if o["alpha_steps"]:
        counts["window add"] = o["groups"] * fan_in * words * planes
        counts["window word"] = o["groups"] * words
        counts["window slice"] = filters * words * (slices + 2) if to_bits else 0
    if op.writes == INT8 and most < 128 and words >= 4 * passes:
        # Through a table of what a byte can be.
        counts["table entry"] = filters * (2 * most + 1)
        counts["table word"] = filters * words
    elif not to_bits:
        counts["unslice byte"] = filters * words * -(-slices // 8)
        counts |= _sums(op, filters * positions)
    return counts


def _conv2d_int8(op: StoredOp, plan: Plan) -> dict[str, float]:
    o = op.options
    filters, positions = o["out_channels"], o["out_height"] * o["out_width"]
    fan_in = o["in_channels"] // o["groups"] * o["kernel_height"] * o["kernel_width"]
    way = "lanes" if plan.lanes else "sums"
    if plan.lanes and op.writes.cuts == 1 and not o["alpha_steps"] and o["out_width"] % 32 == 0:
        way = "whole words"
    cuts = op.writes.cuts if plan.lanes else 1
    passes = cuts if o["alpha_steps"] else 1  # over the pixels
    counts = {
        **_decoding(op, filters * fan_in, plan.passes),
        "pass": plan.passes,
        "channel": plan.passes * filters,
        "load row": plan.rows * o["in_channels"],
        "load word": plan.rows * plan.row_words * o["in_channels"],
        f"add {way}": o["connections"] * plan.strips * passes,
    }
    if way == "lanes" and cuts == 3 and not o["alpha_steps"]:
        counts["strip of three cuts"] = filters * plan.strips
    else:
        counts[f"strip {way}"] = filters * plan.strips * cuts
    if _has_signs(op):
        counts["sign"] = o["connections"] * plan.passes
        counts["opposite word"] = plan.rows * plan.row_words * o["in_channels"]
    if o["alpha_steps"]:
        counts["window"] = o["groups"] * plan.strips
        counts["add window"] = o["groups"] * plan.strips * fan_in
        counts[f"start {way}"] = filters * plan.strips * cuts
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
    if _has_signs(op):
        counts["sign"] = o["connections"]
    if o["alpha_steps"]:
        counts["window"] = (o["groups"] * fan_in + filters) * positions
    return counts


def _dense_bits(op: StoredOp, plan: Plan) -> dict[str, float]:
    o = op.options
    inputs = o["planes"] * o["positions"]
    looked_at = op.reads.planes if op.reads.is_planes else bool(o["alpha_steps"])
    counts = {"input": inputs * looked_at, **_sums(op, o["units"])}
    if _is_used_at_once(op):
        return counts | _gaps_used_at_once(op)
    if _has_signs(op):  # connections go through a list
        counts |= {"sign": o["connections"], "unit with signs": o["units"]}
        return counts | _decoding(op, o["units"] * inputs, 1)
    # Parameters that the kernel has a block of its own for (dense_blocks_thumb2.h).
    at_once = 4 if o["code_parameter"] in (3, 4, 5) else 2
    return counts | _decoding(op, o["units"] * inputs, 1, at_once)


def _dense_sliced(op: StoredOp, plan: Plan) -> dict[str, float]:
    o = op.options
    inputs = o["planes"] * o["positions"]
    slices = -(-o["units"] // 32)
    planes = op.reads.planes
    if _has_signs(op) or planes > 1:  # all that is active is listed for each 32 units
        active = inputs * planes * (1 if _has_signs(op) else 0.5)
        return {
            "add": slices * active,
            "listed input": slices * active,
            "slice": slices * _slices(active),
            "32 units listed": slices,
            **_sums(op, o["units"]),
        }
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
    if _has_signs(op):
        counts["sign"] = o["connections"]
    if o["alpha_steps"]:
        counts["window"] = o["positions"]
    return counts


def _is_halving(o: Mapping[str, int]) -> bool:
    """Whether windows are those that kernels take whole words of."""
    pool = (o["pool_height"], o["pool_width"], o["stride_height"], o["stride_width"])
    return (
        pool == (2, 2, 2, 2)
        and not (o.get("pad_top") or o.get("pad_left"))
        and o["in_width"] in (4, 8, 16, 32)
        and (o["out_height"], o["out_width"]) == (o["in_height"] // 2, o["in_width"] // 2)
    )


def _strips(o: Mapping[str, int]) -> int:
    """Strips of up to 32 columns that the output of a pooling has, in all channels."""
    width = o["pool_width"]
    strip = 1 if width > 32 else (32 - width) // o["stride_width"] + 1
    return o["channels"] * o["out_height"] * -(-o["out_width"] // strip)


def _max_pool2d(op: StoredOp, plan: Plan) -> dict[str, float]:
    o = op.options
    if _is_halving(o):
        way = "row" if o["in_width"] == 32 else "rows"
        words = plane_words(o["in_height"] * o["in_width"])
        return {"halve plane": o["channels"], f"halve {way}": o["channels"] * words}
    strips = _strips(o)
    return {
        "channel": o["channels"],
        "row": o["channels"] * o["out_height"],
        "strip": strips,
        "strip row": strips * o["pool_height"],
        "strip column": strips * (o["pool_width"] + o["stride_width"]),
    }


def _pool_planes(op: StoredOp, plan: Plan) -> dict[str, float]:
    o, planes = op.options, op.reads.planes
    channels = {"channel": o["channels"], "plane": o["channels"] * planes}
    if _is_halving(o):
        way = "row" if o["in_width"] == 32 else "rows"
        fours = o["channels"] * -(-plane_words(o["in_height"] * o["in_width"]) // 4)
        return {**channels, "halve": fours, f"halve {way}": fours * planes}
    strips = _strips(o)
    joins = strips * (o["pool_width"] - 1).bit_length()
    rows = strips * o["pool_height"] * -(-o["pool_width"] // 32)
    is_sum = op.name == "SbnnAveragePool2D"
    more = (o["pool_height"] * o["pool_width"] - 1).bit_length() if is_sum else 0
    return {
        **channels,
        "strip": strips,
        "strip row": rows,
        "strip row plane": rows * planes,
        "strip row carry": rows * more,
        "strip join": joins,
        "strip join plane": joins * (planes + more),
        "strip plane": strips * planes,
        "strip plane apart": strips * planes if o["stride_width"] > 2 else 0,
    }


def _quantize(op: StoredOp, plan: Plan) -> dict[str, float]:
    channels = op.input.shape[-1]
    elements = math.prod(op.input.shape)
    cuts = op.writes.cuts
    return {
        "element": elements * cuts,
        "word": channels * plane_words(elements // channels) * cuts,
    }


def _quantize_planes(op: StoredOp, plan: Plan) -> dict[str, float]:
    planes, cuts = op.reads.planes, op.writes.cuts
    if len(op.input.shape) == 3:
        words, channels = math.prod(op.input.shape) / planes, op.input.shape[1] / planes
    else:
        words = channels = op.options["positions"]  # each feature by itself
    thresholds = [int(t) for t in op.constants[0].ravel()]
    looked_at = [planes - _trailing_zeros(t) for t in thresholds if 0 < t < 2**planes]
    return {
        "channel": channels,
        "word": words * op.writes.planes,
        "cut": words * cuts,
        "cut plane": words * cuts * sum(looked_at) / len(thresholds),
    }


def _trailing_zeros(number: int) -> int:
    return (number & -number).bit_length() - 1


def _dequantize(op: StoredOp, plan: Plan) -> dict[str, float]:
    elements = math.prod(op.output.shape)
    return {f"to {op.writes.label}": elements, "channel": op.options["channels"]}


def _dequantize_planes(op: StoredOp, plan: Plan) -> dict[str, float]:
    elements = math.prod(op.output.shape)
    return {
        "channel": op.options["channels"],
        "element": elements,
        "element plane": elements * op.reads.planes,
    }


def _add(op: StoredOp, plan: Plan) -> dict[str, float]:
    o, planes = op.options, op.reads.planes
    words = math.prod(op.input.shape) / planes
    common = min(planes, o["other_planes"])
    return {
        "channel": o["channels"],
        "word": words,
        "word common": words * common,
        "word more": words * (max(planes, o["other_planes"]) - common),
        "word out": words * op.writes.planes,
    }


_COUNTS = {
    "conv2d bits": _conv2d_bits,
    "conv2d int8": _conv2d_int8,
    "conv2d float": _conv2d_float,
    "dense bits": _dense_bits,
    "dense sliced": _dense_sliced,
    "dense int8": _dense_numbers,
    "dense float": _dense_numbers,
    "max_pool2d": _max_pool2d,
    "max_pool2d planes": _pool_planes,
    "average_pool2d": _pool_planes,
    "quantize int8": _quantize,
    "quantize float": _quantize,
    "quantize planes": _quantize_planes,
    "dequantize": _dequantize,
    "dequantize planes": _dequantize_planes,
    "add": _add,
}
KERNELS = tuple(_COUNTS)
