"""All tests run on Keras 2, as sbnn_keras sets it up, and on one thread of noise."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pytest
import tensorflow as tf

import sbnn_keras  # noqa: F401  (before TensorFlow: selects Keras 2)
from objects import Objects


@pytest.fixture(autouse=True)
def fixed_seeds():
    tf.keras.utils.set_random_seed(1)


@pytest.fixture(scope="session")
def objects(tmp_path_factory) -> Objects:
    """Object files, shared by all tests of a session and all of its workers."""
    root = tmp_path_factory.getbasetemp()
    return Objects((root.parent if "PYTEST_XDIST_WORKER" in os.environ else root) / "objects")


@pytest.fixture
def rng():
    return np.random.default_rng(1)


@pytest.fixture
def eagerly():
    """Functions run as they are written. For a few steps of training this takes a
    fraction of the time of tracing them; where graphs are what is tested, it is no use."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)
