"""What TensorFlow Lite Micro's interpreter would read from exported files, as C++ tables
for ``tflm_board.cpp``."""

import struct
from collections.abc import Mapping

from sbnn_converter.tflite import schema
from sbnn_converter.tflite.flatbuffer import StoredTensor, read_stored_model

_TYPES = {
    "FLOAT32": "kTfLiteFloat32",
    "INT8": "kTfLiteInt8",
    "INT16": "kTfLiteInt16",
    "INT32": "kTfLiteInt32",
}


def tables(models: Mapping[str, bytes]) -> str:
    """The text of ``tables.h``: name of a network to its file. All share one arena."""
    parts, arena = [], 0
    for name, model in models.items():
        text, size = _table(name, model)
        parts.append(text)
        arena = max(arena, size)
    runs = "#define RUN_ALL " + " ".join(f"RUN({name})" for name in models)
    text = f"alignas(16) uint8_t arena[{arena}];\n" + "\n".join(parts)
    return f"{text}\n{runs}\n"


def _table(name: str, model: bytes) -> tuple[str, int]:
    stored = read_stored_model(model)
    lines, places, used = [], {}, 0
    for tensor in stored.tensors:
        lines.append(_ints(f"dims{tensor.index}", tensor.shape))
        places[tensor.index] = used
        if tensor.data is None:
            used += -(-tensor.bytes // 16) * 16
    rows = [_tensor(name, model, tensor, places[tensor.index]) for tensor in stored.tensors]
    lines.append(f"const Tensor kTensors[] = {{{', '.join(rows)}}};")
    graph = schema.Model.GetRootAsModel(model, 0).Subgraphs(0)
    ops = []
    for op in stored.steps:
        assert op.name.startswith("Sbnn"), op.name  # the board has no other ops
        lines.append(_ints(f"in{op.number}", [x.index if x else -1 for x in op.inputs]))
        lines.append(_ints(f"out{op.number}", [y.index for y in op.outputs]))
        options = graph.Operators(op.number).CustomOptionsAsNumpy().tobytes()
        at = _place(model, options)
        ops.append(
            f'{{"{op.name}", reinterpret_cast<const char*>({name}::kModel) + {at}, '
            f"{len(options)}, INTS(in{op.number}), INTS(out{op.number})}}"
        )
    lines.append(f"const Op kOps[] = {{{', '.join(ops)}}};")
    lines += _ports(name, stored, places)
    inner = "\n".join(lines)
    return f"namespace {name}_tables {{\n{inner}\n}}\n", used


def _ports(name: str, stored, places) -> list[str]:
    copies = "".join(
        f"  memcpy(arena + {places[x.index]}, static_cast<const uint8_t*>({name}::kTestInputs[{i}]"
        f".data) + sample * {x.bytes}, {x.bytes});\n"
        for i, x in enumerate(stored.inputs)
    )
    checks = " && ".join(
        f"{name}::AsExpected({i}, sample, arena + {places[y.index]})"
        for i, y in enumerate(stored.outputs)
    )
    return [
        f"void Fill(uint32_t sample) {{\n{copies}}}",
        f"bool AsExpected(uint32_t sample) {{ return {checks}; }}",
        f"const Network kNetwork = {{kTensors, {len(stored.tensors)}, kOps, {len(stored.steps)}, "
        f"{name}::kTestSamples, Fill, AsExpected}};",
    ]


def _tensor(name: str, model: bytes, tensor: StoredTensor, place: int) -> str:
    constant = "nullptr"
    if tensor.data is not None:
        constant = f"{name}::kModel + {_place(model, tensor.data.tobytes())}"
    return f"{{{_TYPES[tensor.type]}, INTS(dims{tensor.index}), {constant}, {place}}}"


def _ints(name: str, values) -> str:
    listed = ", ".join(map(str, values))
    return f"Ints<{max(len(values), 1)}> {name} = {{{len(values)}, {{{listed}}}}};"


def _place(model: bytes, content: bytes) -> int:
    """Where a vector of bytes with this content lies in the file."""
    at = model.find(struct.pack("<I", len(content)) + content)
    assert at >= 0
    return at + 4
