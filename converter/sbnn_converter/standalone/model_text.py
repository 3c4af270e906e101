"""The text of ``model.h`` and ``model.c``."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

import numpy as np

from sbnn_converter.standalone.call import Call, array, c_name, decimal_literal
from sbnn_converter.tflite.flatbuffer import StoredModel, StoredStep, StoredTensor

_HEADER = """\
/* A sparse binary neural network as standalone C99, written by sbnn-convert.
 * Do not edit: convert again. */
"""


def parameters(network: StoredModel) -> list[tuple[str, StoredTensor, bool]]:
    """The arguments of the entry point: name, tensor, whether it is an output."""
    found = []
    for word, tensors, written in (
        ("input", network.inputs, False),
        ("output", network.outputs, True),
    ):
        for i, tensor in enumerate(tensors):
            name = word if len(tensors) == 1 else f"{word}_{i}"
            found.append((name, tensor, written))
    return found


def signature(name: str, network: StoredModel) -> str:
    """The declaration of the entry point, without its semicolon."""
    arguments = [
        f"{'' if written else 'const '}{c_name(tensor.type)}* {argument}"
        for argument, tensor, written in parameters(network)
    ]
    head = f"int {name}_invoke("
    return head + (",\n" + " " * len(head)).join(arguments) + ")"


def header_text(name: str, network: StoredModel, ram_bytes: int) -> str:
    """``model.h``."""
    upper = name.upper()
    guard = f"{upper}_H_"
    lines = [
        _HEADER + f"#ifndef {guard}",
        f"#define {guard}",
        "",
        "#include <stdint.h>",
        "",
    ]
    for argument, tensor, _ in parameters(network):
        macro = f"{upper}_{argument.upper()}"
        shape = " x ".join(str(d) for d in tensor.shape[1:]) or "1"
        called = network.port_names.get(tensor.index, argument)
        comment = f"/* {_comment(called)}: {shape}, {c_name(tensor.type)}"
        if len(tensor.scales):
            comment += "; a number q stands for (q - ZERO_POINT) * SCALE"
        lines.append(comment + ". */")
        lines.append(f"#define {macro}_ELEMENTS {tensor.elements}")
        if len(tensor.scales):
            lines.append(f"#define {macro}_SCALE {decimal_literal(tensor.scale)}")
            lines.append(f"#define {macro}_ZERO_POINT ({tensor.zero})")
        lines.append("")
    lines += [
        "/* Static memory that a call works in, on a 32-bit machine. */",
        f"#define {upper}_RAM_BYTES {ram_bytes}",
        "",
        "#ifdef __cplusplus",
        'extern "C" {',
        "#endif",
        "",
        "/* Runs the network on one sample, channels last. Inputs and outputs must not",
        " * overlap. Works in static memory: one call at a time. Returns 0, or -1 if a",
        " * pointer is NULL. */",
        signature(name, network) + ";",
        "",
        "#ifdef __cplusplus",
        "}",
        "#endif",
        "",
        f"#endif /* {guard} */",
        "",
    ]
    return "\n".join(lines)


def constants_text(name: str, calls: Sequence[Call], more: Mapping[str, str]) -> str:
    """``model_constants.h``: weights, thresholds and parameters.

    ``more`` are definitions beside those of the ops.
    """
    guard = f"{name.upper()}_CONSTANTS_H_"
    text = "\n\n".join([*more.values(), *(c for call in calls for c in call.constants.values())])
    infinity = ""
    if "INFINITY" in text:
        infinity = "/* Not from <math.h>, which belongs to the C library. */\n"
        infinity += f"#define {name.upper()}_INFINITY (1.0f / 0.0f)\n\n"
        text = re.sub(r"\bINFINITY\b", f"{name.upper()}_INFINITY", text)
    return (
        f"{_HEADER}#ifndef {guard}\n#define {guard}\n\n{infinity}{text}\n\n#endif /* {guard} */\n"
    )


def source_text(
    name: str,
    network: StoredModel,
    ops: Sequence[StoredStep],
    calls: Sequence[Call],
    places: Mapping[int, str],
    scratch_offsets: Sequence[int],
    arena_bytes: int,
    copies: Sequence[tuple[str, str, int]],
) -> str:
    """``model.c``.

    Args:
      name: prefix of the names.
      network: for the entry point's signature.
      ops, calls: what runs, in this order.
      places: tensor index to the C expression of a pointer to it.
      scratch_offsets: for each call, where its scratch memory lies.
      arena_bytes: size of the memory that everything lies in.
      copies: what is copied at the end: to, from, bytes.
    """
    upper = name.upper()
    headers = list(dict.fromkeys(h for call in calls for h in call.headers))
    scratch = max((call.scratch_bytes for call in calls), default=0)
    lines = [
        _HEADER + f'#include "{name}.h"',
        "",
        "#include <stddef.h>",
        "#include <string.h>",
        "",
        *(f'#include "{h}"' for h in sorted(headers)),
        f'#include "{name}_constants.h"',
        "",
    ]
    in_arena = any(place.startswith("AT(") for place in places.values())
    lines += _memory_text(arena_bytes, scratch, in_arena, any(c.scratch_bytes for c in calls))
    lines += [
        "/* A program that measures the ops one by one is told when each has run. */",
        f"#ifdef {upper}_PROFILE",
        f"void {name}_after_op(int op);",
        f"#define AFTER_OP(op) {name}_after_op(op)",
        "#else",
        "#define AFTER_OP(op) ((void)0)",
        "#endif",
        "",
    ]
    queries = [
        f"  if ({call.scratch_query} > {call.scratch_bytes} * SCRATCH_FACTOR) return "
        f"{op.number + 1};"
        for op, call in zip(ops, calls)
        if call.scratch_query
    ]
    lines += [
        f"#ifdef {upper}_CHECK",
        "/* For tests: 0 if the memory planned for each op is what its kernel asks for. */",
        f"int {name}_check(void);",
        f"int {name}_check(void) {{",
        *queries,
        "  return 0;",
        "}",
        "#endif",
        "",
        signature(name, network) + " {",
    ]
    nulls = " || ".join(f"{argument} == NULL" for argument, _, _ in parameters(network))
    lines.append(f"  if ({nulls}) return -1;")
    for number, (op, call, offset) in enumerate(zip(ops, calls, scratch_offsets)):
        lines.append(f"\n  /* {_comment(op.label)} */")
        values = {key: places[tensor.index] for key, tensor in call.places.items()}
        values["scratch"] = f"SCRATCH({offset})" if call.scratch_bytes else "NULL"
        lines += [f"  {_wrap(s.format(**values))}" for s in call.statements]
        lines.append(f"  AFTER_OP({number});")
    if copies:
        lines.append("")
    lines += [f"  memcpy({to}, {source}, {size});" for to, source, size in copies]
    lines += ["  return 0;", "}", ""]
    return "\n".join(lines)


def _memory_text(arena_bytes: int, scratch: int, has_tensors: bool, has_scratch: bool) -> list[str]:
    arena = [
        "/* Activations and scratch memory; what is not needed at the same time",
        " * shares its place. */",
        f"static uint64_t arena[{math.ceil(arena_bytes / 8)}];",
        "#define AT(offset) ((void*)((unsigned char*)arena + (offset)))",
    ]
    lines = [*arena, ""] if has_tensors else []
    if has_scratch:
        lines += [
            "#if UINTPTR_MAX > 0xFFFFFFFFu",
            "/* Pointers of 8 bytes: at most twice the scratch memory, in a place of its own. */",
            f"static uint64_t wide_scratch[{2 * math.ceil(scratch / 8)}];",
            "#define SCRATCH(offset) ((void*)wide_scratch)",
            "#define SCRATCH_FACTOR 2u",
            "#else",
            *([] if has_tensors else arena),
            "#define SCRATCH(offset) AT(offset)",
            "#define SCRATCH_FACTOR 1u",
            "#endif",
            "",
        ]
    return lines


def constant_tensor(tensor: StoredTensor, values: np.ndarray) -> tuple[str, str]:
    """Name and definition of a constant that an op reads as its activation."""
    name = f"constant{tensor.index}"
    return name, array(c_name(tensor.type), name, values)


def _wrap(statement: str) -> str:
    """Breaks a long call behind commas; arguments stand below the first."""
    if len(statement) <= 78 or "(" not in statement:
        return statement
    column = statement.index("(") + 3
    lines, line = [], ""
    for piece in re.split(r"(?<=,) ", statement):
        if line and len(line) + len(piece) + 1 > 78:
            lines.append(line)
            line = " " * column + piece
        else:
            line = f"{line} {piece}" if line else piece
    return "\n".join([*lines, line])


def _comment(text: str) -> str:
    """Text that cannot end a comment or leave its line."""
    return re.sub(r"[^ -~]", "?", text).replace("*/", "* /")
