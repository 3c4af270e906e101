"""All tests run on Keras 2, as sbnn_keras sets it up, and on one thread of noise."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pytest
import tensorflow as tf

import sbnn_keras  # noqa: F401  (before TensorFlow: selects Keras 2)


@pytest.fixture(autouse=True)
def fixed_seeds():
    tf.keras.utils.set_random_seed(1)


@pytest.fixture
def rng():
    return np.random.default_rng(1)
