"""Activations of one to four bits, as small odd whole numbers."""

import larq as lq
import tensorflow as tf
from larq.quantizers import _BaseQuantizer

from sbnn_keras.core.arguments import check_number
from sbnn_keras.core.levels import check_bits, default_step, level_exponent, nearest_level
from sbnn_keras.keras2.constraints import Between

__all__ = ["QuantHardTanh"]


@lq.utils.register_alias("quant_hard_tanh")
@lq.utils.register_keras_custom_object
@tf.keras.utils.register_keras_serializable("sbnn_keras")
class QuantHardTanh(_BaseQuantizer):
    r"""Quantizes to 2^bits evenly spaced levels: -3, -1, 1, 3 with two bits.

    ```python
    q = 2 * clip(floor(x / step), -2**(bits - 1), 2**(bits - 1) - 1) + 1
    ```

    The levels are whole numbers, so that sums of them are exact; our layers take what
    is left of the scale, 2**(bits - 1), into their default exponent. The gradient in x
    is 1 where |x| < 2**(bits - 1) * step, else 0. One bit is the sign. For the argument
    `input_quantizer`, also as `"quant_hard_tanh"` (two bits), or as a layer. It wants
    inputs of mean 0 and variance 1, as batch normalization gives them.

    Args:
        bits: 1 to 4.
        step: distance of two thresholds; by default 1.0 for one and two bits, 0.6 for
            three, 0.33 for four.
        learn_step: whether the step is learnt; its gradient is that of x / step, scaled
            as in LSQ (arXiv 1902.08153).
        metrics: see `larq.context.metrics_scope`.

    Raises:
        ValueError: for another number of bits, or a step that is not above 0.
    """

    def __init__(self, bits: int = 2, step: float | None = None, learn_step=False, **kwargs):
        self.bits = check_bits(bits)
        if step is not None:
            step = check_number(step, "step", "a number above 0", _is_positive)
        super().__init__(**kwargs)
        # Computes in the type it is given: the policy is the layer's own matter.
        self._autocast = False
        self.step = step
        self.learn_step = bool(learn_step)
        self._step = None

    @property
    def precision(self) -> int:
        """Bits of an activation, for Larq's summary."""
        return self.bits

    @property
    def exponent(self) -> int:
        """What our layers add to their default exponent."""
        return level_exponent(self.bits)

    def build(self, input_shape):
        if self.learn_step:
            self._step = self.add_weight(
                f"{self.name}_step",
                shape=(),
                initializer=tf.keras.initializers.Constant(self._first_step),
                constraint=Between(2.0**-10, 2.0**10),
                experimental_autocast=False,
            )
        super().build(input_shape)

    @property
    def _first_step(self) -> float:
        return default_step(self.bits) if self.step is None else self.step

    def call(self, inputs):
        step = self._first_step if self._step is None else self._step
        step = tf.cast(step, inputs.dtype)
        return super().call(_quantize(inputs, step, self.bits))

    def get_config(self):
        return {
            **super().get_config(),
            "bits": self.bits,
            "step": self.step,
            "learn_step": self.learn_step,
        }


def _is_positive(number: float) -> bool:
    return 0.0 < number < float("inf")


def _quantize(x: tf.Tensor, step: tf.Tensor, bits: int) -> tf.Tensor:
    """The levels, with their pseudo-gradients in x and step."""

    @tf.custom_gradient
    def quantize(x, step):
        def gradient(upstream):
            inside = tf.abs(x) < step * 2.0 ** (bits - 1)
            passed = tf.where(inside, upstream, tf.zeros_like(upstream))
            size = tf.cast(tf.size(x), tf.float32) * 2.0 ** (bits - 1)
            scale = tf.cast(tf.math.rsqrt(size), x.dtype)
            return passed, -tf.reduce_sum(passed * x) / step * scale

        return nearest_level(x, step, bits, tf), gradient

    return quantize(x, step)
