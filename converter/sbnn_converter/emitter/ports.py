"""Puts a flatbuffer's inputs and outputs into the model's order.

TFLiteConverter sorts them in ways of its own (``output_10`` stands in front of
``output_2``). The flatbuffer's signature still knows which is which.
"""

from __future__ import annotations

from collections.abc import Sequence

from tensorflow.lite.python import schema_py_generated as schema

# Places of the fields `inputs` and `outputs` in a SubGraph's vtable.
_INPUTS, _OUTPUTS = 6, 8


def order_ports(model: bytes, inputs: Sequence[str], output_count: int) -> bytes:
    """``model`` with its inputs and outputs in order.

    Args:
      model: a flatbuffer that TFLiteConverter has just made of one function.
      inputs: names of the function's arguments, in order.
      output_count: how many results the function has.
    """
    content = bytearray(model)
    root = schema.Model.GetRootAsModel(content, 0)
    if root.SignatureDefsLength() != 1:
        return model
    signature, graph = root.SignatureDefs(0), root.Subgraphs(0)
    known_inputs = _tensors(signature.Inputs, signature.InputsLength())
    known_outputs = _tensors(signature.Outputs, signature.OutputsLength())
    outputs = [f"output_{i}" for i in range(output_count)]
    if set(inputs) == set(known_inputs):
        _write(graph, _INPUTS, [known_inputs[name] for name in inputs])
    if set(outputs) == set(known_outputs):
        _write(graph, _OUTPUTS, [known_outputs[name] for name in outputs])
    return bytes(content)


def _tensors(entry, count: int) -> dict[str, int]:
    entries = (entry(i) for i in range(count))
    return {e.Name().decode(): e.TensorIndex() for e in entries}


def _write(graph, field: int, tensors: list[int]) -> None:
    table = graph._tab
    place = table.Offset(field)
    if place and table.VectorLen(place) == len(tensors):
        start = table.Vector(place)
        for i, tensor in enumerate(tensors):
            at = start + 4 * i
            table.Bytes[at : at + 4] = tensor.to_bytes(4, "little")
