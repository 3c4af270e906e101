"""Imports sbnn_keras before any test module imports Larq, which needs Keras 2."""

import pytest
import tensorflow as tf

import sbnn_keras  # noqa: F401


@pytest.fixture(autouse=True)
def _fixed_seed():
    tf.keras.utils.set_random_seed(0)
    yield
    tf.keras.backend.clear_session()
