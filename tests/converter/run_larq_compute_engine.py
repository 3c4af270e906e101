"""Converts a network of `zoo` with Larq Compute Engine and runs it there.

A process of its own: Larq Compute Engine carries TensorFlow Lite's symbols in a
version of its own.

Usage: run_larq_compute_engine.py NETWORK WEIGHTS.npz INPUTS.npy OUTPUTS.npy
"""

import sys

import numpy as np

import sbnn_keras  # noqa: F401  (before TensorFlow: selects Keras 2)

import larq_compute_engine as lce  # isort: skip
from zoo import NETWORKS  # isort: skip


def main(network: str, weights: str, inputs: str, outputs: str) -> None:
    model = NETWORKS[network]("larq")
    with np.load(weights) as stored:
        model.set_weights([stored[name] for name in stored.files])
    interpreter = lce.testing.Interpreter(lce.convert_keras_model(model))
    np.save(outputs, interpreter.predict(np.load(inputs)))


if __name__ == "__main__":
    main(*sys.argv[1:])
