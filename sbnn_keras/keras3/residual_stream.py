"""Residual streams: what layers compute is added up and never thrown away."""

import keras
import numpy as np
from keras import ops

from sbnn_keras.core.streams import (
    OFFSET_STEPS,
    check_stream_bits,
    check_stream_step,
    nearest_exponent,
)
from sbnn_keras.keras3.keras_2 import NotForKeras2
from sbnn_keras.keras3.registered import registered
from sbnn_keras.keras3.straight_through import carries_gradients

__all__ = ["ResidualStream"]

# Bits of whole numbers, with their sign, that a type holds without rounding.
_WHOLE_BITS = {"bfloat16": 9, "float16": 12}


@registered
class ResidualStream(NotForKeras2, keras.layers.Layer):
    r"""Adds what a layer computed to a stream of k bits.

    ```python
    r = ResidualStream(bits=6)(first_sums)  # begins a stream
    y = SparseBinaryConv2D(64, 3, padding="same", domain="signed",
                           input_quantizer="quant_hard_tanh")(r)
    r = ResidualStream(bits=6)([r, y])
    ```

    The stream holds whole multiples of a step. The update is normalized as by batch
    normalization, with a factor rounded to a power of two for each channel, and the sum
    saturates:

    ```python
    outputs = step * clip(round(stream / step) + round(normalized / step),
                          -2**(bits - 1), 2**(bits - 1) - 1)
    ```

    with `round(x) = floor(x + 1/2)`. So an update costs integer inference a shift and two
    additions, and `predict` gives the very numbers of it. Give it a layer's sums
    themselves, without batch normalization between; pooling may stand there.

    Gradients pass all rounding as if it were not there, and nothing where the sum
    saturates. In training the factor is rounded too, by its moving variance.

    Shapes: stream and update alike, [batch, ..., channels]; so are the outputs.

    Args:
        bits: of the stream, 2 to 16.
        step: what one unit of the stream is worth, a power of two; by default
            `2**-(bits // 2)`: 1/8 for 6 bits, from -4 to 3.875.
        momentum: of the moving mean and variance, as in batch normalization.
        epsilon: added to the variance.
        beta_initializer: of the normalized updates' mean.
        gamma_initializer: of their standard deviation.

    Raises:
        ValueError: for other bits or steps; when built, for shapes that differ, or a
            16-bit float type that cannot hold the stream.
    """

    def __init__(
        self,
        bits: int = 8,
        step: float | None = None,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        beta_initializer="zeros",
        gamma_initializer="ones",
        **kwargs,
    ):
        bits = check_stream_bits(bits)
        step = check_stream_step(step, bits)
        super().__init__(**kwargs)
        self.bits, self.step = bits, step
        # Float32 inside, whatever the policy: sums of many connections go in.
        self.autocast = False
        self._normalization = keras.layers.BatchNormalization(
            momentum=momentum,
            epsilon=epsilon,
            beta_initializer=beta_initializer,
            gamma_initializer=gamma_initializer,
            dtype="float32",
            name="normalization",
        )

    def build(self, input_shape):
        shapes = list(input_shape) if _is_pair(input_shape) else [input_shape]
        stream, update = tuple(shapes[0]), tuple(shapes[-1])
        if not _agree(stream, update) or len(update) < 2 or update[-1] is None:
            raise ValueError(
                f"Wrong inputs of layer {self.name!r}: found the shapes "
                f"{' and '.join(str(tuple(s)) for s in shapes)}, wanted one shape "
                "[batch, ..., channels] of stream and update. Pool the stream where the "
                "update is pooled, and repeat its channels with Concatenate where they double."
            )
        held = _WHOLE_BITS.get(self.compute_dtype)
        if held is not None and self.bits > held:
            raise ValueError(
                f"Wrong dtype of layer {self.name!r}: found {self.compute_dtype}, which holds "
                f"whole numbers of {held} bits, wanted one for bits={self.bits}. Give the "
                "layer dtype='float32'."
            )
        self._normalization.build(update)
        self.built = True

    def call(self, inputs, training=None):
        *stream, update = inputs if isinstance(inputs, (list, tuple)) else [inputs]
        if len(stream) > 1:
            raise ValueError(
                f"Wrong inputs of layer {self.name!r}: found {len(stream) + 1} tensors, wanted "
                "[stream, update], or an update alone, which begins a stream."
            )
        update = ops.cast(update, "float32")
        if training and self.trainable:
            normalized = self._normalize_and_learn(update)
        else:
            normalized = self._normalize(update)
        addends = [ops.cast(s, "float32") for s in stream] + [normalized]
        return ops.cast(_saturating_sum(addends, self.step, self.bits), self.compute_dtype)

    def compute_output_spec(self, inputs, training=None):
        tensors = keras.tree.flatten(inputs)
        return keras.KerasTensor(tensors[-1].shape, self.compute_dtype)

    def _normalize_and_learn(self, update):
        """By the statistics of the batch, with the factor's rounding."""
        factor = self._factor()
        exponent = nearest_exponent(factor, ops)
        ratio = _power_of_two(exponent) / ops.maximum(ops.abs(factor), 2.0**-60)
        ratio = ops.stop_gradient(ratio)
        beta = ops.convert_to_tensor(self._normalization.beta.value)
        normalized = self._normalization(update, training=True)
        return ratio * normalized + (1.0 - ratio) * beta

    def _normalize(self, update):
        """As integer inference does: all of it is exact."""
        signs, exponents, offsets = self._whole_numbers()
        return update * (signs * _power_of_two(exponents)) + offsets * self.step

    def _factor(self):
        """gamma / sigma, float32 [channels]."""
        own = self._normalization
        gamma, variance = (ops.convert_to_tensor(v.value) for v in (own.gamma, own.moving_variance))
        return gamma * ops.rsqrt(variance + own.epsilon)

    def _whole_numbers(self):
        factor = self._factor()
        exponents = nearest_exponent(factor, ops)
        signs = ops.where(factor < 0, -ops.ones_like(factor), ops.ones_like(factor))
        own = self._normalization
        mean, beta = (ops.convert_to_tensor(v.value) for v in (own.moving_mean, own.beta))
        offsets = _nearest_offset(beta, mean * (signs * _power_of_two(exponents)), self.step)
        return signs, exponents, offsets

    def whole_numbers(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What integer inference adds, as now trained.

        Returns:
            Signs (±1) and exponents, int [channels], and offsets, float64 [channels] in
            multiples of 1/256. To the stream, in steps, comes
            `floor(sign * 2**exponent * update / step + offset + 1/2)`.
        """
        signs, exponents, offsets = (ops.convert_to_numpy(t) for t in self._whole_numbers())
        return signs.astype(int), exponents.astype(int), offsets.astype(np.float64)

    def compute_output_shape(self, input_shape):
        return input_shape[-1] if _is_pair(input_shape) else input_shape

    def get_config(self):
        config = self._normalization.get_config()
        own = ("momentum", "epsilon", "beta_initializer", "gamma_initializer")
        return {
            **super().get_config(),
            "bits": self.bits,
            "step": self.step,
            **{name: config[name] for name in own},
        }


def _is_pair(shapes) -> bool:
    return bool(shapes) and isinstance(shapes[0], (list, tuple))


def _agree(one: tuple, other: tuple) -> bool:
    return len(one) == len(other) and all(
        a is None or b is None or a == b for a, b in zip(one, other)
    )


def _power_of_two(exponents):
    """2**n, exactly: `power` of some backends is off by an ulp.

    Args:
        exponents: whole numbers in float32, from -16 to 16.
    """
    table = ops.convert_to_tensor(np.ldexp(1.0, np.arange(-16, 17)), dtype="float32")
    return ops.take(table, ops.cast(exponents, "int32") + 16)


def _nearest_offset(beta, moved, step: float):
    """(beta - moved) / step, rounded to multiples of 1 / OFFSET_STEPS as in float64.

    JAX has no float64 unless it is told so. Steps are powers of two; so the difference is
    taken exactly, as its float32 and what that leaves out, and rounded by both.
    """
    difference = beta - moved
    back = difference + moved
    left_out = (beta - back) + ((back - difference) - moved)
    scale = OFFSET_STEPS / step
    bound = 2.0**20 * OFFSET_STEPS
    whole = ops.floor(difference * scale)
    rest = (difference * scale - whole - 0.5) + left_out * scale
    rounded = whole + ops.cast(rest >= 0, "float32")
    return ops.clip(rounded, -bound, bound) / OFFSET_STEPS


def _saturating_sum(addends: list, step: float, bits: int):
    """Sum of tensors, each rounded to the step, within the bits of a stream."""
    rounded = [ops.floor(ops.stop_gradient(a) * (1.0 / step) + 0.5) for a in addends]
    total = sum(rounded[1:], rounded[0])
    joined = ops.clip(total, -(2.0 ** (bits - 1)), 2.0 ** (bits - 1) - 1.0)
    inside = ops.cast(ops.equal(joined, total), "float32")
    if not carries_gradients():
        return joined * step
    zeros = [inside * (a - ops.stop_gradient(a)) for a in addends]
    return joined * step + sum(zeros[1:], zeros[0])
