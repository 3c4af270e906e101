"""Log-mel features: what of a sound a small network looks at."""

import keras
import numpy as np
from keras import ops

from sbnn_keras.core.log_mel import SILENCE, Settings
from sbnn_keras.keras3.keras_2 import NotForKeras2
from sbnn_keras.keras3.registered import registered

__all__ = ["LogMel"]


@registered
class LogMel(NotForKeras2, keras.layers.Layer):
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
        self.settings = Settings(sample_rate, frame, hop, bands, lowest, decades)
        self.__dict__.update(self.settings.config())  # to be read as they were given
        super().__init__(**kwargs)

    def call(self, inputs):
        own = self.settings
        sounds = ops.cast(inputs, "float32")
        frames = ops.take(sounds, own.places(sounds.shape[-1]), axis=-1)
        real, imaginary = ops.rfft(frames * own.window())
        energies = ops.matmul(real**2 + imaginary**2, own.triangles())
        levels = ops.log(ops.maximum(energies, SILENCE)) / np.log(10.0)
        loudest = ops.max(levels, axis=(1, 2), keepdims=True)
        values = 1.0 + 2.0 / own.decades * (levels - loudest)
        values = ops.where(energies > SILENCE, values, -1.0)
        return ops.clip(ops.round(values * 128.0), -128.0, 127.0) / 128.0

    def compute_output_shape(self, input_shape):
        return self.settings.output_shape(input_shape)

    def get_config(self):
        return {**super().get_config(), **self.settings.config()}
