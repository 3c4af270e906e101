"""Activations of one to four bits, as small odd whole numbers."""

import keras
from keras import ops

from sbnn_keras.core.arguments import check_number
from sbnn_keras.core.levels import check_bits, default_step, level_exponent, nearest_level
from sbnn_keras.keras3 import straight_through
from sbnn_keras.keras3.constraints import Between
from sbnn_keras.keras3.keras_2 import NotForKeras2
from sbnn_keras.keras3.registered import registered

__all__ = ["QuantHardTanh"]


@registered
class QuantHardTanh(NotForKeras2, keras.layers.Layer):
    r"""Quantizes to 2^bits evenly spaced levels: -3, -1, 1, 3 with two bits.

    ```python
    q = 2 * clip(floor(x / step), -2**(bits - 1), 2**(bits - 1) - 1) + 1
    ```

    The levels are whole numbers, so that sums of them are exact; our layers take what is
    left of the scale, 2**(bits - 1), into their default exponent. The gradient in x is 1
    where |x| < 2**(bits - 1) * step, else 0. One bit is the sign. For the argument
    `input_quantizer`, also as `"quant_hard_tanh"` (two bits), or as a layer. It wants
    inputs of mean 0 and variance 1, as batch normalization gives them.

    Args:
        bits: 1 to 4.
        step: distance of two thresholds; by default 1.0 for one and two bits, 0.6 for
            three, 0.33 for four.
        learn_step: whether the step is learnt; its gradient is that of x / step, scaled
            as in LSQ (arXiv 1902.08153).

    Raises:
        ValueError: for another number of bits, or a step that is not above 0.
    """

    def __init__(self, bits: int = 2, step: float | None = None, learn_step=False, **kwargs):
        self_bits = check_bits(bits)
        if step is not None:
            step = check_number(step, "step", "a number above 0", _is_positive)
        super().__init__(**kwargs)
        # Computes in the type it is given: the policy is the layer's own matter.
        self.autocast = False
        self.supports_masking = True
        self.bits = self_bits
        self.step = step
        self.learn_step = bool(learn_step)
        self._step = None

    @property
    def exponent(self) -> int:
        """What our layers add to their default exponent."""
        return level_exponent(self.bits)

    def build(self, input_shape=None):
        if self.learn_step:
            self._step = self.add_weight(
                name="step",
                shape=(),
                initializer=keras.initializers.Constant(self._first_step),
                constraint=Between(2.0**-10, 2.0**10),
                autocast=False,
            )
        self.built = True

    @property
    def _first_step(self) -> float:
        return default_step(self.bits) if self.step is None else self.step

    def call(self, inputs):
        if self._step is None:
            step = self._first_step
        else:
            step = ops.cast(ops.convert_to_tensor(self._step.value), inputs.dtype)
        return _quantize(inputs, step, self.bits)

    def compute_output_shape(self, input_shape):
        return input_shape

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs.shape, inputs.dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "bits": self.bits,
            "step": self.step,
            "learn_step": self.learn_step,
        }


def _is_positive(number: float) -> bool:
    return 0.0 < number < float("inf")


def _quantize(x, step, bits: int):
    """The levels, with their pseudo-gradients in x and step."""

    def inside(x):
        return ops.cast(ops.abs(x) < step * 2.0 ** (bits - 1), x.dtype)

    if isinstance(step, float):
        return straight_through.step(x, lambda x: nearest_level(x, step, bits, ops), inside)
    slope = inside(x)
    levels = straight_through.carry(nearest_level(ops.stop_gradient(x), step, bits, ops), x, slope)
    if not straight_through.carries_gradients():
        return levels
    size = ops.cast(ops.size(x), "float32") * 2.0 ** (bits - 1)
    of_step = -slope * x / step * ops.cast(ops.rsqrt(size), x.dtype)
    return levels + (step - ops.stop_gradient(step)) * ops.stop_gradient(of_step)
