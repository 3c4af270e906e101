"""Log-mel features: what of a sound a small network looks at."""

import larq as lq
import numpy as np
import tensorflow as tf

from sbnn_keras.core.arguments import check_number, check_whole

# Smaller energies are silence: no logarithm of 0.
_SILENCE = 1e-30


@lq.utils.register_keras_custom_object
@tf.keras.utils.register_keras_serializable("sbnn_keras")
class LogMel(tf.keras.layers.Layer):
    """Logarithms of the energies of a sound, a frame and a band of frequencies each.

    ```python
    features = sbnn_keras.applications.LogMel(sample_rate=8000)
    x = features(recordings / 32768)  # [batch, 6400] -> [batch, 49, 16]
    ```

    Energies of Hann windows' spectra are summed up by triangles on the mel scale. The
    largest of a recording becomes 1 - 1/128, what is `decades` powers of ten below it, and
    all silence, -1; between them values are multiples of 1/128, which int8 holds. So
    loudness does not matter.

    It stands beside a network, not in it: a network of bits is converted without it, and
    takes features as int8. On a microcontroller their Fourier transforms are those of a
    library for signals.

    Args:
        sample_rate: of the sound, in 1/s.
        frame: samples of a window.
        hop: samples between two windows.
        bands: number of bands.
        lowest: frequency of the lowest band's lower end, in Hz.
        decades: of energy between -1 and 1.

    Shapes: [batch, samples], with at least `frame` samples, to [batch, frames, bands], with
    `frames = 1 + (samples - frame) // hop`.

    Raises:
        ValueError: for arguments out of range.
    """

    def __init__(
        self,
        sample_rate: int = 8000,
        frame: int = 256,
        hop: int = 128,
        bands: int = 16,
        lowest: float = 60.0,
        decades: float = 5.0,
        **kwargs,
    ):
        self.sample_rate = check_whole(sample_rate, "sample_rate", at_least=1)
        self.frame = check_whole(frame, "frame", at_least=2)
        self.hop = check_whole(hop, "hop", at_least=1)
        self.bands = check_whole(bands, "bands", at_least=1)
        self.lowest = check_number(
            lowest,
            "lowest",
            "a frequency from 0 up to half the sample rate",
            lambda f: 0 <= f < sample_rate / 2,
        )
        self.decades = check_number(
            decades, "decades", "a number above 0", lambda d: 0 < d < float("inf")
        )
        super().__init__(**kwargs)

    def call(self, inputs):
        frames = tf.signal.frame(tf.cast(inputs, tf.float32), self.frame, self.hop)
        spectra = tf.signal.rfft(frames * tf.signal.hann_window(self.frame))
        mel = tf.signal.linear_to_mel_weight_matrix(
            self.bands,
            self.frame // 2 + 1,
            self.sample_rate,
            self.lowest,
            self.sample_rate / 2,
        )
        energies = tf.matmul(tf.abs(spectra) ** 2, mel)
        levels = tf.math.log(tf.maximum(energies, _SILENCE)) / np.log(10.0)
        loudest = tf.reduce_max(levels, axis=(1, 2), keepdims=True)
        values = 1.0 + 2.0 / self.decades * (levels - loudest)
        values = tf.where(energies > _SILENCE, values, -1.0)
        return tf.clip_by_value(tf.round(values * 128.0), -128.0, 127.0) / 128.0

    def compute_output_shape(self, input_shape):
        batch, samples = input_shape
        return tf.TensorShape([batch, 1 + (samples - self.frame) // self.hop, self.bands])

    def get_config(self):
        own = ("sample_rate", "frame", "hop", "bands", "lowest", "decades")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}
