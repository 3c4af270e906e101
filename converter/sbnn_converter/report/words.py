"""How the reports say things: the same words in the terminal and in HTML."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TypeVar

from sbnn_converter.inspection import InspectedLayer, Inspection, WeightCost
from sbnn_converter.weights.code import CODINGS

_SUBTRACT = 4  # of a layer's cells, the one that only files with weights -1 need
_Cell = TypeVar("_Cell")
IN_INT8 = "in int8"
IN_FLOAT32 = "in float32"


def shape_words(layer: InspectedLayer) -> str:
    """The kernel's shape: ``3x3x64x128``, or ``1024x256`` (inputs, units)."""
    return "x".join(str(size) for size in layer.kernel_shape)


def code_words(layer: InspectedLayer) -> str:
    """The code with its parameter, such as ``rice 4``."""
    if not CODINGS[layer.code].has_parameter:
        return layer.code
    return f"{layer.code} {layer.code_parameter}"


#: Columns of a table of layers.
LAYER_TITLES = (
    "layer",
    "kind",
    "kernel",
    "connections",
    "subtract",
    "density",
    "code",
    "bytes",
    "bits/weight",
    "bound",
)


def layer_cells(layer: InspectedLayer) -> tuple[str, ...]:
    """A layer's row of such a table."""
    return (layer.name, layer.kind, shape_words(layer), *_numbers(layer, code_words(layer)))


def total_cells(inspection: Inspection) -> tuple[str, ...]:
    """The row of all layers together."""
    return ("all", "", "", *_numbers(inspection.total, ""))


def _numbers(cost: WeightCost, code: str) -> tuple[str, ...]:
    return (
        f"{cost.connections:,}",
        f"{cost.subtracting:,}",
        f"{cost.density:.2%}",
        code,
        f"{cost.code_bytes:,}",
        f"{cost.bits_a_weight:.3f}",
        f"{cost.entropy_bits_a_weight:.3f}",
    )


def told(cells: Sequence[_Cell], inspection: Inspection) -> tuple[_Cell, ...]:
    """A row of a table of layers without the cell that says nothing of this file: how many
    connections subtract, where none can."""
    if any(layer.signed for layer in inspection.layers):
        return tuple(cells)
    return (*cells[:_SUBTRACT], *cells[_SUBTRACT + 1 :])


@dataclasses.dataclass(frozen=True)
class Form:
    """The binary layers' weights in one form.

    Attributes:
      name: such as ``"in int8"``.
      weight_bytes: what these weights take.
      file_bytes: what the whole file would take with them: all else stays as it is.
      weight_times, file_times: how many times as much as in this file.
    """

    name: str
    weight_bytes: int
    file_bytes: int
    weight_times: str
    file_times: str


def forms(inspection: Inspection) -> list[Form]:
    """The binary layers' weights in this file and in other forms."""
    total = inspection.total
    rest = inspection.bytes - total.code_bytes
    sizes = {
        "in this file": total.code_bytes,
        "at the entropy bound": round(total.entropy_bytes),
        "at 1 bit": total.one_bit_bytes,
        IN_INT8: total.int8_bytes,
        IN_FLOAT32: total.float32_bytes,
    }
    return [
        Form(
            name=name,
            weight_bytes=size,
            file_bytes=rest + size,
            weight_times=_times(size, total.code_bytes),
            file_times=_times(rest + size, inspection.bytes),
        )
        for name, size in sizes.items()
    ]


def file_parts(inspection: Inspection) -> list[tuple[str, int]]:
    """What the file's bytes are for, the file as a whole last."""
    return [
        ("weight codes", inspection.total.code_bytes),
        ("thresholds, scales, other layers", inspection.other_constants_bytes),
        ("graph, options, names", inspection.structure_bytes),
        ("file", inspection.bytes),
    ]


def _times(size: int, own: int) -> str:
    if not own:
        return ""
    ratio = size / own
    return f"{ratio:.3g}x" if ratio < 100 else f"{ratio:,.0f}x"
