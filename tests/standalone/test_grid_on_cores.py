"""Convolutions of the grid on emulated cores, without vectors and with them, bit for bit as on
this machine.

One in 26 of the convolutions on one image, weights of every family. With
SBNN_GRID_SHAPES=all in the environment it is every image of the grid; SBNN_GRID_PART
set to 0, 1, ... 25 in turn then covers the whole of it, a minute or two a part.

Networks of planes (planes_grid.py) run on every core but the M33, whose code is the M4's, some
fourteen of their 864; with SBNN_GRID_PART from 0 to 59 in turn it is all of them.
"""

import os

import numpy as np
import pytest

import planes_grid
import sbnn_converter
from grid import FAMILIES, INPUTS, PARTS, convolutions
from sbnn_converter import emulation
from sbnn_converter.emulation.trial import try_on
from sbnn_converter.standalone import plan_export

# Rows of 9 columns: 32 positions share words with three or four rows.
SHAPES = INPUTS if os.environ.get("SBNN_GRID_SHAPES") == "all" else [(7, 9, 8)]


@pytest.mark.skipif(
    bool(emulation.missing_tools(emulation.CORES["cortex-m4"])),
    reason="not installed: tools for Cortex-M",
)
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("shape", SHAPES)
def test_convolutions_agree_with_this_machine(rng, kernels, shape, family):
    number = len(FAMILIES) * INPUTS.index(shape) + FAMILIES.index(family)
    model = convolutions(rng, shape, family, number, 2 * PARTS)
    converted = sbnn_converter.convert_keras_model(model)
    x = rng.normal(size=(2, *shape)).astype(np.float32)
    wanted = sbnn_converter.Interpreter(converted).predict(x)
    for core in ("cortex-m4", "cortex-m55"):
        found = try_on(plan_export(converted), emulation.CORES[core], [x], kernels=kernels).outputs
        assert len(found) == len(wanted) > 1
        for one, other in zip(found, wanted, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.fixture(scope="module")
def planes():
    """Networks side by side as a file, images, and Keras's own answers."""
    model = planes_grid.model_of(planes_grid.part(15))
    x = np.random.default_rng(2).normal(0, 1.5, (1, *planes_grid.SHAPE)).astype(np.float32)
    return sbnn_converter.convert_keras_model(model), x, model.predict(x, verbose=0)


@pytest.mark.parametrize("core", [name for name in emulation.CORES if name != "cortex-m33"])
def test_networks_of_planes_agree_with_keras(planes, kernels, core):
    if emulation.missing_tools(emulation.CORES[core]):
        pytest.skip(f"not installed: tools for {core}")
    converted, x, wanted = planes
    found = try_on(plan_export(converted), emulation.CORES[core], [x], kernels=kernels).outputs
    assert len(found) == len(wanted) > 10
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one, other)
