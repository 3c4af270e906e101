"""Instructions of single SBNN ops on an emulated core."""

from __future__ import annotations

import dataclasses
import pathlib
import tempfile
from collections.abc import Sequence

import numpy as np

import kernel_program
from sbnn_converter import emulation
from sbnn_converter.export import c_sources
from sbnn_converter.op_schema.packing import pack
from sbnn_converter.tflite.flatbuffer import StoredOp, read_stored_model

RUNTIME = c_sources.root() / "runtime"
_TYPES = {
    "FLOAT32": "SBNN_FLOAT32",
    "INT32": "SBNN_INT32",
    "INT8": "SBNN_INT8",
    "INT16": "SBNN_INT16",
}


@dataclasses.dataclass(frozen=True)
class Measured:
    """What an op took: instructions of a run and of preparing it, scratch bytes."""

    instructions: int
    prepare: int
    scratch_bytes: int


# Ops in a program: their weights have to fit into the board's memory.
_AT_ONCE = 20


def measure_ops(ops: Sequence[StoredOp], core: str, defines: Sequence[str] = ()) -> list[Measured]:
    """Runs each op once on random input.

    Args:
      ops: of a converted model.
      core: the name of the core.
      defines: macros that kernels and ops are compiled with.

    Raises:
      RuntimeError: an op is refused or the program fails.
    """
    parts = (ops[first : first + _AT_ONCE] for first in range(0, len(ops), _AT_ONCE))
    return [measured for part in parts for measured in _measure(part, core, defines)]


def prepare_instructions(models: Sequence[bytes], core: str, *, trusted: bool = False) -> list[int]:
    """What all SBNN ops of each model take in ``AllocateTensors``, without the interpreter.

    Args:
      models: converted ones.
      core: the name of the core.
      trusted: whether the ops are built to trust them.
    """
    ops = [read_stored_model(model).sbnn_ops for model in models]
    defines = ["SBNN_TRUSTED_MODELS"] if trusted else []
    found = iter(measure_ops([op for of_model in ops for op in of_model], core, defines))
    return [sum(next(found).prepare for _ in of_model) for of_model in ops]


def _measure(ops: Sequence[StoredOp], core: str, defines: Sequence[str]) -> list[Measured]:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "cases.h").write_text(cases_header(ops))
        image = folder / "bench.elf"
        board = emulation.CORES[core]
        kernel_program.build(
            kernel_program.BENCHMARKS / "bench_ops.c",
            board,
            image,
            defines,
            sources=sorted(RUNTIME.glob("ops/*.c")),
            includes=(folder, RUNTIME),
        )
        done = emulation.run(board, image)
    if done.status != 0:
        raise RuntimeError(f"bench_ops.c on {core} failed:\n{done.text}")
    numbers = done.numbers
    return [
        Measured(numbers[f"op{i}"], numbers[f"prepare.op{i}"], numbers[f"scratch.op{i}"])
        for i in range(len(ops))
    ]


def cases_header(ops: Sequence[StoredOp]) -> str:
    """``cases.h``, which ``bench_ops.c`` takes its ops from."""
    lines = [
        '#include "ops/op.h"',
        "#include <stdint.h>",
        "typedef struct { const char* name; const char* op; sbnn_options options;",
        "  int32_t input_count; sbnn_tensor inputs[SBNN_MAX_INPUTS];",
        "  sbnn_type output; } bench_case;",
    ]
    rows = []
    for i, op in enumerate(ops):
        options = pack(op.options)
        lines.append(f"static const uint8_t options{i}[] = {{{_list(options)}}};")
        inputs = [_tensor(op.input.type, op.input.shape, "0")]
        for j, constant in enumerate(op.constants):
            stored = constant.tobytes()
            words = np.frombuffer(stored + bytes(-len(stored) % 4), np.uint32)
            kind = constant.dtype.name.upper()
            lines.append(f"static const uint32_t data{i}_{j}[] = {{{_list(words)}}};")
            inputs.append(_tensor(kind, constant.shape, f"(void*)(uintptr_t)data{i}_{j}"))
        if op.other is not None:
            inputs.append(_tensor(op.other.type, op.other.shape, "0"))
        rows.append(
            f'{{"op{i}", "{op.name}", {{options{i}, sizeof(options{i})}}, '
            f"{len(inputs)}, {{{', '.join(inputs)}}}, {_TYPES[op.output.type]}}},"
        )
    return "\n".join([*lines, "static const bench_case kCases[] = {", *rows, "};", ""])


def _tensor(kind: str, shape: tuple[int, ...], data: str) -> str:
    return f"{{{_TYPES[kind]}, {len(shape)}, {{{_list(shape)}}}, {data}}}"


def _list(numbers) -> str:
    return ",".join(str(int(n)) + ("u" if int(n) >= 2**31 else "") for n in numbers)
