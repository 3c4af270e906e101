"""Which weight code pays: bytes as a multiple of the entropy bound, random and trained.

Compares the Rice code of the format with two that it does not have: a Rice parameter
of its own for every block of channels, and Golomb codes whose modulus is no power of
two (Golomb, "Run-length encodings", 1966). Trained kernels come from a small network
on scikit-learn's digits; their densities differ from channel to channel.

    python benchmarks/weight_codes.py --connections 0.05
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from absl import app, flags

_CONNECTIONS = flags.DEFINE_float("connections", 0.05, "Share of ones.", 0.001, 0.5)
_EPOCHS = flags.DEFINE_integer("epochs", 16, "Epochs of training.", 1)
_PARAMETER_BITS = 5  # a Rice parameter of 0 to 30


def golomb_bits(gaps: np.ndarray, modulus: int) -> int:
    """Length of a Golomb code: unary quotients, truncated binary remainders."""
    width = int(np.ceil(np.log2(modulus)))
    short = (1 << width) - modulus  # remainders below take a bit less
    remainders = np.where(gaps % modulus < short, width - 1, width)
    return int((gaps // modulus + 1 + remainders).sum())


def rice_bits(gaps: np.ndarray) -> int:
    return min(golomb_bits(gaps, 1 << parameter) for parameter in range(12))


def print_row(name: str, ones: np.ndarray) -> None:
    from sbnn_converter.weights.code import entropy_bits

    channels = len(ones)
    places = np.flatnonzero(ones)
    gaps = np.diff(places, prepend=-1) - 1
    channel = places // (ones.size // channels)
    bound = entropy_bits(ones.size, len(places))

    def in_blocks(size: int) -> int:
        blocks = [gaps[channel // size == b] for b in range(-(-channels // size))]
        return sum(_PARAMETER_BITS + rice_bits(block) for block in blocks if len(block))

    golomb = {m: golomb_bits(gaps, m) for m in range(2, 200)}
    best = min(golomb, key=golomb.get)
    figures = [rice_bits(gaps), in_blocks(1), in_blocks(4), in_blocks(16), golomb[best]]
    cells = "".join(f"{bits / bound:9.4f}" for bits in figures)
    print(f"{name:16}{ones.size:9,}{ones.mean():8.2%}{cells}  m = {best}")


def trained_kernels(connections: float, epochs: int) -> dict[str, np.ndarray]:
    """Kernels, output channel first, of two convolutions and two dense layers."""
    import tensorflow as tf
    from sklearn.datasets import load_digits

    from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense

    tf.keras.utils.set_random_seed(1)
    layers = tf.keras.layers
    conv = lambda filters, share: SparseBinaryConv2D(  # noqa: E731
        filters, 3, padding="same", connections=share
    )
    model = tf.keras.Sequential([tf.keras.Input((8, 8, 1)), conv(64, 0.3)])
    measured = [conv(128, connections), conv(128, connections)]
    measured += [SparseBinaryDense(n, connections=connections) for n in (512, 256)]
    for layer in measured:
        model.add(layers.BatchNormalization())
        if layer is measured[2]:
            model.add(layers.MaxPooling2D(2))
            model.add(layers.Flatten())
        model.add(layer)
    model.add(layers.BatchNormalization())
    model.add(SparseBinaryDense(10, connections=0.3))
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(tf.keras.optimizers.Adam(5e-3), loss, metrics=["accuracy"])
    images, labels = load_digits(return_X_y=True)
    images = images.reshape(-1, 8, 8, 1) / 16
    history = model.fit(images, labels, 32, epochs, verbose=0).history
    print(f"trained to an accuracy of {history['accuracy'][-1]:.3f}")
    kernels = {}
    for number, layer in enumerate(measured):
        ones = np.moveaxis(layer.binary_kernel() > 0.5, -1, 0)
        ones = np.moveaxis(ones, -1, 1) if ones.ndim == 4 else ones
        kernels[f"{'conv' if number < 2 else 'dense'} {number + 1}"] = ones
    return kernels


def main(_):
    kernels = trained_kernels(_CONNECTIONS.value, _EPOCHS.value)
    heads = ("rice", "by 1", "by 4", "by 16", "golomb")
    print(f"{'kernel':16}{'weights':>9}{'ones':>8}" + "".join(f"{h:>9}" for h in heads))
    rng = np.random.default_rng(1)
    print_row("random", rng.random((256, 2304)) < _CONNECTIONS.value)
    for name, ones in kernels.items():
        print_row(name, ones.reshape(len(ones), -1))


if __name__ == "__main__":
    app.run(main)
