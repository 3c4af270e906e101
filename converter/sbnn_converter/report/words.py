"""How the reports say things: the same words in the terminal and in HTML."""

from __future__ import annotations

from sbnn_converter.inspection import InspectedLayer, Inspection


def shape_words(layer: InspectedLayer) -> str:
    """The kernel's shape: ``3x3x64x128``, or ``1024x256`` (inputs, units)."""
    return "x".join(str(size) for size in layer.kernel_shape)


def code_words(layer: InspectedLayer) -> str:
    """The code with its parameter, such as ``rice 4``."""
    has_parameter = layer.code not in ("bitmap", "sliced")
    return f"{layer.code} {layer.code_parameter}" if has_parameter else layer.code


def comparison_rows(inspection: Inspection) -> list[tuple[str, int, str]]:
    """The binary layers' weights in this file and in other forms.

    Returns:
      Rows of name, bytes, and how many times as large as in this file.
    """
    total = inspection.total
    rows = [
        ("weights in this file", total.code_bytes),
        ("the same at the entropy bound", round(total.entropy_bytes)),
        ("the same at 1 bit", total.one_bit_bytes),
        ("the same in int8", total.int8_bytes),
        ("the same in float32", total.float32_bytes),
    ]
    return [(name, size, _times(size, total.code_bytes)) for name, size in rows]


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
