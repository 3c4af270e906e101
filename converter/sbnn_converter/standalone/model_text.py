"""The text of ``model.h`` and ``model.c``."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

import numpy as np

from sbnn_converter.export.shared_libraries import version_check
from sbnn_converter.standalone.call import Call, array, c_name, decimal_literal
from sbnn_converter.tflite.flatbuffer import StoredModel, StoredStep, StoredTensor

_HEADER = """\
/* A sparse binary neural network as standalone C99, written by sbnn-keras.
 * Do not edit: export again. */
"""

_PLACE = """\
/* Where the weights lie: in a section of yours, by default where all constants do. */
#ifdef SBNN_CONSTANTS_SECTION
#define SBNN_CONSTANTS __attribute__((section(SBNN_CONSTANTS_SECTION)))
#else
#define SBNN_CONSTANTS
#endif
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


def work_bytes(ram_bytes: int, calls: Sequence[Call]) -> tuple[int, int]:
    """The memory that a call works in, on 32-bit and on 64-bit machines.

    Where pointers have 8 bytes, kernels take at most twice the scratch memory; it gets a
    place of its own there, behind all else. There is always a word: C has no empty arrays.
    """
    whole = _words(ram_bytes)
    return max(whole, 8), max(whole + 2 * _most_scratch(calls), 8)


def _words(bytes_: int) -> int:
    return 8 * math.ceil(bytes_ / 8)


def _most_scratch(calls: Sequence[Call]) -> int:
    return _words(max((call.scratch_bytes for call in calls), default=0))


def signature(name: str, network: StoredModel, in_memory: bool = False) -> str:
    """The declaration of an entry point, without its semicolon.

    Args:
      name: prefix of its name.
      network: for the arguments.
      in_memory: of the one that works in the caller's memory.
    """
    arguments = ["void* work"] if in_memory else []
    arguments += [
        f"{'' if written else 'const '}{c_name(tensor.type)}* {argument}"
        for argument, tensor, written in parameters(network)
    ]
    head = f"int {name}_invoke_in(" if in_memory else f"int {name}_invoke("
    return head + (",\n" + " " * len(head)).join(arguments) + ")"


def header_text(
    name: str, network: StoredModel, ops: int, ram_bytes: int, work: tuple[int, int]
) -> str:
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
        "/* Memory that a call works in: activations and scratch memory on a 32-bit machine,",
        " * and in whole words on the machine at hand. */",
        f"#define {upper}_RAM_BYTES {ram_bytes}",
        "#if UINTPTR_MAX > 0xFFFFFFFFu",
        f"#define {upper}_WORK_BYTES {work[1]}",
        "#else",
        f"#define {upper}_WORK_BYTES {work[0]}",
        "#endif",
        f"#define {name}_work_bytes {upper}_WORK_BYTES",
        "",
        "#ifdef __cplusplus",
        'extern "C" {',
        "#endif",
        "",
        "/* Runs the network on one sample, channels last, in `work`: WORK_BYTES of memory,",
        " * aligned to 8 bytes, which others may use between calls. Calls in different memory",
        " * may run at the same time. Inputs, outputs and `work` must not overlap. Returns 0, or",
        " * -1 if a pointer is NULL or `work` is not aligned. */",
        signature(name, network, in_memory=True) + ";",
        "",
        "/* The same in static memory: one call at a time. */",
        signature(name, network) + ";",
        "",
        f"/* With {upper}_PROFILE defined for {name}.c, a function of yours is called when an op",
        " * has run, the first is 0; the other one tells what it is. */",
        f"#define {upper}_OPS {ops}",
        f"void {name}_after_op(int op);",
        f"const char* {name}_op_name(int op);",
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
    parts = [*more.values(), *(c for call in calls for c in call.constants.values())]
    # Arrays are what is large. The structs that point at them stay with all constants.
    text = re.sub(
        r"^(static const \w+ \w+\[)", r"SBNN_CONSTANTS \1", "\n\n".join(parts), flags=re.MULTILINE
    )
    infinity = ""
    if "INFINITY" in text:
        infinity = "/* Not from <math.h>, which belongs to the C library. */\n"
        infinity += f"#define {name.upper()}_INFINITY (1.0f / 0.0f)\n\n"
        text = re.sub(r"\bINFINITY\b", f"{name.upper()}_INFINITY", text)
    return (
        f"{_HEADER}#ifndef {guard}\n#define {guard}\n\n{_PLACE}\n{infinity}{text}\n\n"
        f"#endif /* {guard} */\n"
    )


def source_text(
    name: str,
    network: StoredModel,
    ops: Sequence[StoredStep],
    calls: Sequence[Call],
    places: Mapping[int, str],
    scratch_offsets: Sequence[int],
    copies: Sequence[tuple[str, str, int]],
    ram_bytes: int,
) -> str:
    """``model.c``.

    Args:
      name: prefix of the names.
      network: for the entry points' signatures.
      ops, calls: what runs, in this order.
      places: tensor index to the C expression of a pointer to it.
      scratch_offsets: for each call, where its scratch memory lies.
      copies: what is copied at the end: to, from, bytes.
      ram_bytes: the memory of all activations and scratch memory on a 32-bit machine.
    """
    upper = name.upper()
    headers = list(dict.fromkeys(h for call in calls for h in call.headers))
    arguments = [argument for argument, _, _ in parameters(network)]
    nulls = " || ".join(f"{pointer} == NULL" for pointer in ("work", *arguments))
    body = _body(ops, calls, places, scratch_offsets)
    body += [f"  memcpy({to}, {source}, {size});" for to, source, size in copies]
    lines = [
        _HEADER + f'#include "{name}.h"',
        "",
        "#include <stddef.h>",
        "#include <string.h>",
        "",
        version_check(name),
        *(f'#include "{h}"' for h in sorted(headers)),
        f'#include "{name}_constants.h"',
        "",
        *_memory_text(ram_bytes, calls),
        f"#ifdef {upper}_PROFILE",
        f"#define AFTER_OP(op) {name}_after_op(op)",
        "",
        f"const char* {name}_op_name(int op) {{",
        "  switch (op) {",
        *(f"    case {i}: return {_literal(op.label)};" for i, op in enumerate(ops)),
        '    default: return "";',
        "  }",
        "}",
        "#else",
        "#define AFTER_OP(op) ((void)0)",
        "#endif",
        "",
        f"#ifdef {upper}_CHECK",
        "/* For tests: 0 if the memory planned for each op is what its kernel asks for. */",
        f"int {name}_check(void);",
        f"int {name}_check(void) {{",
        *_queries(ops, calls),
        "  return 0;",
        "}",
        "#endif",
        "",
        signature(name, network, in_memory=True) + " {",
        f"  if ({nulls}) return -1;",
        "  if (((uintptr_t)work & 7u) != 0u) return -1;",
        *body,
        "  return 0;",
        "}",
        "",
        f"#ifndef {upper}_NO_STATIC_MEMORY",
        signature(name, network) + " {",
        f"  static uint64_t work[{upper}_WORK_BYTES / 8];",
        f"  return {name}_invoke_in({', '.join(('work', *arguments))});",
        "}",
        "#endif",
        "",
    ]
    return "\n".join(lines)


def _body(
    ops: Sequence[StoredStep],
    calls: Sequence[Call],
    places: Mapping[int, str],
    scratch_offsets: Sequence[int],
) -> list[str]:
    lines = []
    for number, (op, call, offset) in enumerate(zip(ops, calls, scratch_offsets)):
        lines.append(f"\n  /* {_comment(op.label)} */")
        values = {key: places[tensor.index] for key, tensor in call.places.items()}
        values["scratch"] = f"SCRATCH({offset})" if call.scratch_bytes else "NULL"
        lines += [f"  {_wrap(s.format(**values))}" for s in call.statements]
        lines.append(f"  AFTER_OP({number});")
    return [*lines, ""]


def _queries(ops: Sequence[StoredStep], calls: Sequence[Call]) -> list[str]:
    return [
        f"  if ({call.scratch_query} > {call.scratch_bytes} * SCRATCH_FACTOR) return "
        f"{op.number + 1};"
        for op, call in zip(ops, calls)
        if call.scratch_query
    ]


def _memory_text(ram_bytes: int, calls: Sequence[Call]) -> list[str]:
    at = "((void*)((unsigned char*)work + (offset)))"
    return [
        "/* Activations and scratch memory; what is not needed at the same time shares its",
        " * place. */",
        f"#define AT(offset) {at}",
        "#if UINTPTR_MAX > 0xFFFFFFFFu",
        "/* Pointers of 8 bytes: at most twice the scratch memory, in a place of its own. */",
        f"#define SCRATCH(offset) AT({_words(ram_bytes)})",
        "#define SCRATCH_FACTOR 2u",
        "#else",
        "#define SCRATCH(offset) AT(offset)",
        "#define SCRATCH_FACTOR 1u",
        "#endif",
        "",
    ]


def _literal(text: str) -> str:
    """A C string."""
    shown = re.sub(r"[^ -~]", "?", text).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + shown.replace("??", "?\\?") + '"'  # no trigraphs


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
