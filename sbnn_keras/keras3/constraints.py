"""Constraints on trained weights."""

import keras
from keras import ops

from sbnn_keras.keras3.registered import registered

__all__ = ["Between", "WeightClip"]


@registered
class Between(keras.constraints.Constraint):
    """Holds a weight in [low, high] by clipping."""

    def __init__(self, low: float, high: float):
        self.low = low
        self.high = high

    def __call__(self, w):
        return ops.clip(w, self.low, self.high)

    def get_config(self):
        return {"low": self.low, "high": self.high}


@registered
class WeightClip(keras.constraints.Constraint):
    """Holds weights in [-clip_value, clip_value], as Larq's constraint of this name."""

    def __init__(self, clip_value: float = 1.0):
        self.clip_value = clip_value

    def __call__(self, w):
        return ops.clip(w, -self.clip_value, self.clip_value)

    def get_config(self):
        return {"clip_value": self.clip_value}
