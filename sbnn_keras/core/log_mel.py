"""What log-mel features are, apart from any framework."""

import dataclasses

import numpy as np

from sbnn_keras.core.arguments import check_number, check_whole

# Smaller energies are silence: no logarithm of 0.
SILENCE = 1e-30


@dataclasses.dataclass(frozen=True)
class Settings:
    """Checked arguments of the layers `LogMel`, which say what they mean.

    Raises:
        ValueError: for arguments out of range.
    """

    sample_rate: int
    frame: int
    hop: int
    bands: int
    lowest: float
    decades: float

    def __post_init__(self):
        for name, least in (("sample_rate", 1), ("frame", 2), ("hop", 1), ("bands", 1)):
            check_whole(getattr(self, name), name, at_least=least)
        wanted = "a frequency from 0 up to half the sample rate"
        check_number(self.lowest, "lowest", wanted, lambda f: 0 <= f < self.sample_rate / 2)
        check_number(self.decades, "decades", "a number above 0", lambda d: 0 < d < float("inf"))

    def frames(self, samples: int) -> int:
        """How many frames a recording has."""
        return 1 + (samples - self.frame) // self.hop

    def output_shape(self, input_shape) -> tuple[int | None, int | None, int]:
        """Of features, for recordings [batch, samples]; what is not known is None."""
        batch, samples = input_shape
        return batch, None if samples is None else self.frames(samples), self.bands

    def places(self, samples: int) -> np.ndarray:
        """Where the samples of each frame stand, int [frames, frame]."""
        starts = self.hop * np.arange(self.frames(samples))
        return starts[:, None] + np.arange(self.frame)

    def window(self) -> np.ndarray:
        """Hann's, float32 [frame], of the period `frame`."""
        phases = 2 * np.pi * np.arange(self.frame) / self.frame
        return (0.5 - 0.5 * np.cos(phases)).astype(np.float32)

    def triangles(self) -> np.ndarray:
        """Share of each frequency of a spectrum in each band, float32 [frame / 2 + 1, bands].

        Triangles on the mel scale of HTK, each from the middle of one neighbour to that of
        the other; the constant belongs to none.
        """
        nyquist = self.sample_rate / 2
        edges = np.linspace(_mel(self.lowest), _mel(nyquist), self.bands + 2)
        low, middle, high = edges[:-2], edges[1:-1], edges[2:]
        place = _mel(np.linspace(0.0, nyquist, self.frame // 2 + 1))[:, None]
        rising, falling = (place - low) / (middle - low), (high - place) / (high - middle)
        shares = np.maximum(0.0, np.minimum(rising, falling))
        shares[0] = 0.0
        return shares.astype(np.float32)

    def config(self) -> dict:
        return dataclasses.asdict(self)


def _mel(frequency):
    return 1127.0 * np.log1p(np.asarray(frequency) / 700.0)
