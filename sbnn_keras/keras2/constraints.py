"""Constraints on trained scalars."""

import larq as lq
import tensorflow as tf
from larq.constraints import WeightClip

__all__ = ["Between", "WeightClip"]


@lq.utils.register_keras_custom_object
@tf.keras.utils.register_keras_serializable("sbnn_keras")
class Between(tf.keras.constraints.Constraint):
    """Holds a weight in [low, high] by clipping."""

    def __init__(self, low: float, high: float):
        self.low = low
        self.high = high

    def __call__(self, w):
        return tf.clip_by_value(w, self.low, self.high)

    def get_config(self):
        return {"low": self.low, "high": self.high}
