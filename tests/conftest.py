"""All tests run on Keras 2 and from the same seed. TensorFlow is loaded by those that need
it: tests of C, of graphs and of files start at once."""

import os
import random
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["TF_USE_LEGACY_KERAS"] = "1"  # for what imports TensorFlow before sbnn_keras

import numpy as np
import pytest

from objects import Objects


@pytest.fixture(autouse=True)
def fixed_seeds():
    random.seed(1)
    np.random.seed(1)
    if "tensorflow" in sys.modules:
        sys.modules["tensorflow"].keras.utils.set_random_seed(1)


@pytest.fixture(scope="session")
def objects(tmp_path_factory) -> Objects:
    """Object files, shared by all tests of a session and all of its workers."""
    return Objects(shared_by_workers(tmp_path_factory) / "objects")


@pytest.fixture(scope="session")
def kernels(tmp_path_factory):
    """Kernels for emulated cores, likewise (`sbnn_converter.emulation.trial`)."""
    from sbnn_converter.emulation.trial import KernelObjects

    return KernelObjects(shared_by_workers(tmp_path_factory) / "kernels")


def shared_by_workers(tmp_path_factory) -> Path:
    root = tmp_path_factory.getbasetemp()
    return root.parent if "PYTEST_XDIST_WORKER" in os.environ else root


@pytest.fixture
def rng():
    return np.random.default_rng(1)


@pytest.fixture
def eagerly():
    """Functions run as they are written. For a few steps of training this takes a
    fraction of the time of tracing them; where graphs are what is tested, it is no use."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)
