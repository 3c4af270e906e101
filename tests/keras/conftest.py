"""Tests of training start from the same seed, and leave no graph behind."""

import pytest
import tensorflow as tf

import sbnn_keras  # noqa: F401


@pytest.fixture(autouse=True)
def _fixed_seed():
    tf.keras.utils.set_random_seed(0)
    yield
    tf.keras.backend.clear_session()
