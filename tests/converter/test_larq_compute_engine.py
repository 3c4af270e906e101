"""Where Larq Compute Engine converts a model too, its answers and ours agree.

Needs its wheel: `pip install larq-compute-engine==0.16.0`."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import sbnn_converter
from networks import pixels, stir
from zoo import NETWORKS, SHAPE

HERE = Path(__file__).parent

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("larq_compute_engine") is None,
    reason="Larq Compute Engine is missing: pip install larq-compute-engine==0.16.0",
)


@pytest.mark.parametrize("network", NETWORKS)
def test_both_converters_agree(rng, tmp_path, network):
    model = stir(NETWORKS[network]("larq"))
    x = pixels(rng, 10, SHAPE)
    np.savez(tmp_path / "weights.npz", *model.get_weights())
    np.save(tmp_path / "x.npy", x)
    script = HERE / "run_larq_compute_engine.py"
    files = [str(tmp_path / name) for name in ("weights.npz", "x.npy", "y.npy")]
    path = os.pathsep.join([str(HERE), *filter(None, sys.path)])
    child = subprocess.run(
        [sys.executable, str(script), network, *files],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stderr[-2000:]
    theirs = np.load(tmp_path / "y.npy")
    ours = sbnn_converter.Interpreter(sbnn_converter.convert_keras_model(model)).predict(x)
    np.testing.assert_allclose(ours, theirs, 1e-4, 1e-4 * np.abs(theirs).max())
