"""What results show in notebooks: the figures that they have, and no markup of a model's names."""

import dataclasses
import math
from pathlib import Path

import pytest

from html_cells import number, tables_of
from sbnn_converter import estimate_network
from sbnn_converter.cost_model.timing import Cycles
from sbnn_converter.emulation.profile import OpProfile, Profile
from sbnn_converter.inspection import Inspection, inspect_model
from sbnn_converter.verification.compare import Comparison

FILE = Path(__file__).parents[1] / "golden" / "version_1" / "image.tflite"


@pytest.fixture(scope="module")
def inspection() -> Inspection:
    return inspect_model(FILE.read_bytes())


def test_an_inspection_shows_each_layer_and_all_together(inspection):
    layers, other_forms, parts = tables_of(inspection._repr_html_())
    head, *rows, last = layers
    assert [row[0] for row in rows] == [layer.name for layer in inspection.layers]
    for row, layer in zip([*rows, last], [*inspection.layers, inspection.total]):
        figures = dict(zip(head, row))
        assert number(figures["connections"]) == layer.connections
        assert number(figures["bytes"]) == layer.code_bytes
        assert number(figures["density"]) == pytest.approx(layer.density, abs=5e-5)
        assert number(figures["bits/weight"]) == pytest.approx(layer.bits_a_weight, abs=5e-4)
    in_float32 = {row[0]: row[1] for row in other_forms}["in float32"]
    assert number(in_float32) == 4 * inspection.total.weights
    *shares, whole = [number(size) for _, size in parts[1:]]
    assert math.fsum(shares) == whole == FILE.stat().st_size


def test_a_file_without_binary_layers_shows_its_parts():
    (parts,) = tables_of(Inspection(5000, [], 600, ["SOFTMAX"])._repr_html_())
    assert number(parts[-1][1]) == 5000


def test_an_estimate_shows_each_op_and_each_way():
    cost = estimate_network(FILE, "cortex-m0")
    ops, ways = tables_of(cost._repr_html_())
    head, *rows, last = ops
    assert len(rows) == len(cost.steps)
    for row, step in zip(rows, cost.steps):
        figures = dict(zip(head, row))
        if step.instructions is None:
            assert figures["instructions"] == "?"
        else:
            assert number(figures["instructions"]) == step.instructions
        assert number(figures["RAM"]) == step.ram_bytes
    assert number(last[head.index("instructions")]) == cost.instructions
    for row, way in zip(ways[1:], cost.ways, strict=True):
        assert (row[0], number(row[1]), number(row[2])) == (
            way.name,
            way.flash_bytes,
            way.ram_bytes,
        )


def test_a_profile_shows_each_op():
    ops = (
        OpProfile("first", "SbnnConv2D", 7500, Cycles(9000, 9500, 9900)),
        OpProfile("SOFTMAX", "SOFTMAX", 2500, None),
    )
    profile = Profile("cortex-m4", ops, 10_000, 38_000, 3_060, 1_276)
    text = profile._repr_html_()
    ((head, *rows, last),) = tables_of(text)
    assert [number(row[head.index("instructions")]) for row in rows] == [7500, 2500]
    assert [number(row[head.index("share")]) for row in rows] == [75, 25]
    assert number(last[head.index("instructions")]) == 10_000
    assert "3,060" in text and "1,276" in text


def test_a_comparison_shows_agreement_difference_and_accuracy():
    found = Comparison(200, 0.3, 2.0, 1, classified=200, accuracy=0.97, keras_accuracy=0.975)
    (rows,) = tables_of(found._repr_html_())
    assert [number(row[1]) for row in rows] == pytest.approx([0.995, 0.15, 0.97])
    assert "97.50%" in rows[2][2]


def test_names_are_text(inspection):
    strange = dataclasses.replace(inspection.layers[0], name='<script>"&"</script>')
    html = dataclasses.replace(inspection, layers=[strange])._repr_html_()
    assert "<script" not in html
    assert tables_of(html)[0][1][0] == strange.name
