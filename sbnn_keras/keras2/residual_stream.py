"""Residual streams: what layers compute is added up and never thrown away."""

import larq as lq
import numpy as np
import tensorflow as tf

from sbnn_keras.core.streams import (
    check_stream_bits,
    check_stream_step,
    nearest_exponent,
    nearest_offset,
)
from sbnn_keras.keras2.keras_3 import NotForKeras3

__all__ = ["ResidualStream"]

# Bits of whole numbers, with their sign, that a type holds without rounding.
_WHOLE_BITS = {"bfloat16": 9, "float16": 12}


@lq.utils.register_keras_custom_object
@tf.keras.utils.register_keras_serializable("sbnn_keras")
class ResidualStream(NotForKeras3, tf.keras.layers.Layer):
    r"""Adds what a layer computed to a stream of k bits.

    ```python
    r = sbnn_keras.ResidualStream(bits=6)(first_sums)  # begins a stream
    y = sbnn_keras.SparseBinaryConv2D(64, 3, padding="same",
                                      domain="signed", input_quantizer="quant_hard_tanh")(r)
    r = sbnn_keras.ResidualStream(bits=6)([r, y])
    ```

    The stream holds whole multiples of a step. The update is normalized as by batch
    normalization, with a factor rounded to a power of two for each channel, and the
    sum saturates:

    ```python
    outputs = step * clip(round(stream / step) + round(normalized / step),
                          -2**(bits - 1), 2**(bits - 1) - 1)
    ```

    with `round(x) = floor(x + 1/2)`. So an update costs integer inference a shift and
    two additions, and `predict` gives the very numbers of it. It follows Bi-Real
    networks (arXiv 1808.00278), whose shortcuts are real numbers. Give it a layer's
    sums themselves, without batch normalization between; pooling may stand there.

    Gradients pass all rounding as if it were not there, and nothing where the sum
    saturates. In training the factor is rounded too, by its moving variance.

    Shapes: stream and update alike, [batch, ..., channels]; so are the outputs. The
    stream may come from another `ResidualStream`, pooled or joined channel by channel;
    any other tensor is rounded to the step first.

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
        self.bits = check_stream_bits(bits)
        self.step = check_stream_step(step, self.bits)
        super().__init__(**kwargs)
        # Float32 inside, whatever the policy: sums of many connections go in.
        self._autocast = False
        self._normalization = tf.keras.layers.BatchNormalization(
            momentum=momentum,
            epsilon=epsilon,
            beta_initializer=beta_initializer,
            gamma_initializer=gamma_initializer,
            dtype="float32",
            name="normalization",
        )

    def build(self, input_shape):
        shapes = input_shape if _is_pair(input_shape) else [input_shape]
        stream, update = tf.TensorShape(shapes[0]), tf.TensorShape(shapes[-1])
        if not stream.is_compatible_with(update) or update.rank < 2 or update[-1] is None:
            raise ValueError(
                f"Wrong inputs of layer {self.name!r}: found the shapes "
                f"{' and '.join(str(tuple(tf.TensorShape(s))) for s in shapes)}, wanted one "
                "shape [batch, ..., channels] of stream and update. Pool the stream where "
                "the update is pooled, and repeat its channels with Concatenate where "
                "they double."
            )
        held = _WHOLE_BITS.get(self.compute_dtype)
        if held is not None and self.bits > held:
            raise ValueError(
                f"Wrong dtype of layer {self.name!r}: found {self.compute_dtype}, which "
                f"holds whole numbers of {held} bits, wanted one for bits={self.bits}. Give "
                "the layer dtype='float32'."
            )
        self._normalization.build(update)
        super().build(input_shape)

    def call(self, inputs, training=None):
        *stream, update = inputs if isinstance(inputs, (list, tuple)) else [inputs]
        if len(stream) > 1:
            raise ValueError(
                f"Wrong inputs of layer {self.name!r}: found {len(stream) + 1} tensors, wanted "
                "[stream, update], or an update alone, which begins a stream."
            )
        if training is None:
            training = tf.keras.backend.learning_phase()
        update = tf.cast(update, tf.float32)
        normalized = tf.__internal__.smart_cond.smart_cond(
            tf.cast(training, tf.bool) if tf.is_tensor(training) else bool(training),
            lambda: self._normalize_and_learn(update),
            lambda: self._normalize(update),
        )
        addends = [tf.cast(s, tf.float32) for s in stream] + [normalized]
        return tf.cast(_saturating_sum(addends, self.step, self.bits), self.compute_dtype)

    def _normalize_and_learn(self, update: tf.Tensor) -> tf.Tensor:
        """By the statistics of the batch, with the factor's rounding."""
        if not self.trainable:
            return self._normalize(update)
        factor, _ = self._moving_factor()
        exponent = nearest_exponent(factor, tf.math)
        smallest = np.float64(2.0**-60)
        ratio = tf.pow(np.float64(2.0), exponent) / tf.maximum(tf.abs(factor), smallest)
        ratio = tf.stop_gradient(tf.cast(ratio, tf.float32))
        normalized = self._normalization(update, training=True)
        return ratio * normalized + (1.0 - ratio) * self._normalization.beta

    def _normalize(self, update: tf.Tensor) -> tf.Tensor:
        """As integer inference does: all of it is exact."""
        signs, exponents, offsets = self._whole_numbers()
        factor = tf.cast(signs * tf.pow(np.float64(2.0), exponents), tf.float32)
        return update * factor + tf.cast(offsets * self.step, tf.float32)

    def _moving_factor(self):
        """gamma / sigma and beta - mean gamma / sigma, float64 [channels].

        Float64, so that no other order of computing comes to another power of two.
        """
        own = self._normalization
        mean, variance, gamma, beta = (
            tf.cast(v, tf.float64)
            for v in (own.moving_mean, own.moving_variance, own.gamma, own.beta)
        )
        return gamma * tf.math.rsqrt(variance + own.epsilon), (mean, beta)

    def _whole_numbers(self):
        factor, (mean, beta) = self._moving_factor()
        exponents = nearest_exponent(factor, tf.math)
        signs = tf.where(factor < 0, -tf.ones_like(factor), tf.ones_like(factor))
        rounded = signs * tf.pow(np.float64(2.0), exponents)
        offsets = nearest_offset((beta - mean * rounded) / self.step, tf.math)
        return signs, exponents, offsets

    def whole_numbers(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What integer inference adds, as now trained.

        Returns:
            Signs (±1) and exponents, int [channels], and offsets, float64 [channels] in
            multiples of 1/256. To the stream, in steps, comes
            `floor(sign * 2**exponent * update / step + offset + 1/2)`.
        """
        signs, exponents, offsets = (tensor.numpy() for tensor in self._whole_numbers())
        return signs.astype(int), exponents.astype(int), offsets

    def compute_output_shape(self, input_shape):
        shape = input_shape[-1] if _is_pair(input_shape) else input_shape
        return tf.TensorShape(shape)

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
    return bool(shapes) and isinstance(shapes[0], (list, tuple, tf.TensorShape))


def _saturating_sum(addends: list, step: float, bits: int) -> tf.Tensor:
    """Sum of tensors, each rounded to the step, within the bits of a stream."""

    @tf.custom_gradient
    def join(*addends):
        total = tf.add_n([tf.floor(addend * (1.0 / step) + 0.5) for addend in addends])
        joined = tf.clip_by_value(total, -(2.0 ** (bits - 1)), 2.0 ** (bits - 1) - 1.0)

        def gradient(upstream):
            passed = tf.where(tf.equal(joined, total), upstream, tf.zeros_like(upstream))
            return [passed] * len(addends)

        return joined * step, gradient

    return join(*addends)
