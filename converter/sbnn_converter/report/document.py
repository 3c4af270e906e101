"""The JSON document of ``sbnn-inspect --json`` (``docs/command-line.md``)."""

from __future__ import annotations

from sbnn_converter.inspection import InspectedLayer, Inspection, WeightCost
from sbnn_converter.report.words import file_parts

# Raised when a reader of the old document could misread the new one: version 2 has layers
# with weights of three values.
DOCUMENT_VERSION = 2


def as_document(inspection: Inspection) -> dict:
    """The inspection as plain values that ``json`` writes."""
    return {
        "document_version": DOCUMENT_VERSION if any(x.signed for x in inspection.layers) else 1,
        "file_bytes": inspection.bytes,
        "parts": dict(file_parts(inspection)[:-1]),
        "other_ops": inspection.other_ops,
        "layers": [_layer(layer) for layer in inspection.layers],
        "total": {
            **_cost(inspection.total),
            "one_bit_bytes": inspection.total.one_bit_bytes,
            "int8_bytes": inspection.total.int8_bytes,
            "float32_bytes": inspection.total.float32_bytes,
        },
    }


def _layer(layer: InspectedLayer) -> dict:
    return {
        "name": layer.name,
        "op": layer.op,
        "kind": layer.kind,
        "kernel_shape": list(layer.kernel_shape),
        "values": list(layer.values),
        "code": layer.code,
        "code_parameter": layer.code_parameter,
        **_cost(layer),
        "indices": layer.indices.tolist(),
        "subtracting_indices": layer.subtracting_indices.tolist(),
    }


def _cost(cost: WeightCost) -> dict:
    return {
        "weights": cost.weights,
        "connections": cost.connections,
        "subtracting": cost.subtracting,
        "density": cost.density,
        "code_bytes": cost.code_bytes,
        "entropy_bytes": cost.entropy_bytes,
        "bits_a_weight": cost.bits_a_weight,
        "entropy_bits_a_weight": cost.entropy_bits_a_weight,
    }
