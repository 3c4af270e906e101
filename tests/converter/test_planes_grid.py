"""Random networks of planes (planes_grid.py) against Keras, to the last bit."""

import numpy as np
import pytest

import planes_grid
from parity import assert_agrees
from sbnn_converter.tflite.flatbuffer import read_sbnn_ops


@pytest.mark.parametrize("number", [0, 30])
def test_networks_agree_with_keras(rng, number):
    cases = planes_grid.part(number)
    model = planes_grid.model_of(cases)
    converted = assert_agrees(model, rng.normal(0, 1.5, (6, *planes_grid.SHAPE)).astype(np.float32))
    ops = read_sbnn_ops(converted)
    assert len(cases) > 10
    assert {op.reads.planes for op in ops} >= {1, 2, 3, 4}
    assert {op.options.get("has_signs", 0) for op in ops} == {0, 1}
    assert any(op.options.get("stream") for op in ops)
