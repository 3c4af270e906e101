"""The weight code gives back what went in, and stays close to the entropy bound."""

import numpy as np
import pytest
import tensorflow as tf
from sklearn.datasets import load_digits

from sbnn_converter.weights.code import BITMAP, GOLOMB, RICE, code_name, encode, entropy_bits
from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense


def bits_of(words: np.ndarray) -> str:
    return "".join(f"{word:032b}" for word in words.tolist())


def decode(code) -> np.ndarray:
    """A second decoder, written from docs/format.md alone."""
    bits = bits_of(code.words)
    if code.code == BITMAP:
        flat = [b == "1" for b in bits[: code.weights]]
        assert "1" not in bits[code.weights :]
        return np.array(flat)
    flat = np.zeros(code.weights, bool)
    at, index = 0, -1
    for _ in range(code.connections):
        quotient = bits.index("1", at) - at
        at += quotient + 1
        if code.code == RICE:
            low = bits[at : at + code.parameter]
            at += code.parameter
            gap = (quotient << code.parameter) + (int(low, 2) if low else 0)
        else:
            wide = (code.parameter - 1).bit_length()
            spare = 2**wide - code.parameter
            remainder = int("0" + bits[at : at + wide - 1], 2)
            at += wide - 1
            if remainder >= spare:
                remainder = 2 * remainder + int(bits[at]) - spare
                at += 1
            gap = quotient * code.parameter + remainder
        index += gap + 1
        flat[index] = True
    assert "1" not in bits[at:] and len(bits) == max(32, -(-at // 32) * 32)
    return flat


@pytest.mark.parametrize("density", [0.0, 0.001, 0.01, 0.1, 0.38, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (10, 320), (64, 64, 3, 3)])
def test_decoding_gives_back_the_kernel(rng, density, shape):
    ones = rng.random(shape) < density
    code = encode(ones)
    assert code.connections == ones.sum()
    np.testing.assert_array_equal(decode(code), ones.ravel())


def limit(weights: int, density: float) -> float:
    """How far above the entropy bound a code may be."""
    if weights < 50_000:
        return 1.06
    return 1.03 if density <= 0.2 else 1.05


def assert_close_to_the_bound(ones: np.ndarray):
    code = encode(ones)
    bound = entropy_bits(code.weights, code.connections)
    # The code's parameters: one byte each for code and code_parameter.
    assert 8 * (code.bytes + 2) <= limit(ones.size, ones.mean()) * bound


DENSITIES = [
    0.01,
    0.014,
    0.02,
    0.03,
    0.05,
    0.07,
    0.1,
    0.14,
    0.2,
    0.25,
    0.3,
    0.35,
    0.38,
    0.4,
    0.45,
    0.5,
]


@pytest.mark.parametrize("density", DENSITIES)
@pytest.mark.parametrize("shape", [(256, 1024), (50, 1000), (10, 1000)])
def test_random_kernels_are_close_to_the_entropy_bound(rng, density, shape):
    # Exactly this share of ones, as sparsity control leaves it.
    weights = shape[0] * shape[1]
    ones = np.arange(weights) < round(density * weights)
    assert_close_to_the_bound(rng.permutation(ones).reshape(shape))


@pytest.mark.parametrize("density", [0.02, 0.05, 0.1, 0.2, 0.35, 0.5])
@pytest.mark.parametrize("shape", [(512, 1024), (50, 1000)])
def test_random_signed_kernels_are_close_to_the_entropy_bound(rng, density, shape):
    weights = shape[0] * shape[1]
    kernel = rng.permutation(np.arange(weights) < round(density * weights))
    kernel = (kernel * rng.choice([-1, 1], weights)).reshape(shape)
    code = encode(kernel)
    entropy = -density * np.log2(density) - (1 - density) * np.log2(1 - density)
    assert 8 * (code.bytes + 2) <= 1.03 * weights * (entropy + density)


@pytest.mark.parametrize("share", [0.02, 0.05, 0.1, 0.2, 0.4])
def test_trained_kernels_are_close_to_the_entropy_bound(share):
    images, labels = load_digits(return_X_y=True)
    model = tf.keras.Sequential(
        [
            tf.keras.Input((8, 8, 1)),
            SparseBinaryConv2D(64, 3, padding="same"),
            tf.keras.layers.MaxPooling2D(2),
            tf.keras.layers.BatchNormalization(),
            SparseBinaryConv2D(128, 3, padding="same", connections=share),
            tf.keras.layers.BatchNormalization(),
            tf.keras.layers.Flatten(),
            SparseBinaryDense(64, connections=share),
            tf.keras.layers.BatchNormalization(),
            SparseBinaryDense(10),
        ]
    )
    model.compile(
        tf.keras.optimizers.Adam(5e-3),
        tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    x = (images / 16).reshape(-1, 8, 8, 1)
    history = model.fit(x, labels, 64, epochs=3, verbose=0).history
    assert history["accuracy"][-1] > 0.3  # chance: 0.1
    for layer in (model.layers[3], model.layers[6]):
        ones = np.moveaxis(layer.binary_kernel() > 0, -1, 0)
        if ones.ndim == 4:  # the order of the file: filter, channel, y, x
            ones = np.moveaxis(ones, -1, 1)
        assert ones.mean() == pytest.approx(share, rel=0.01)
        assert_close_to_the_bound(ones)


@pytest.mark.parametrize("density", [0.05, 0.5])
@pytest.mark.parametrize("name, number", [("bitmap", BITMAP), ("rice", RICE), ("golomb", GOLOMB)])
def test_a_code_is_chosen(rng, density, name, number):
    ones = rng.random(5000) < density
    code = encode(ones, name)
    assert code.code == number
    np.testing.assert_array_equal(decode(code), ones)
    margin = 0.975 if code.code == GOLOMB else 1.0  # what a modulus has to save
    assert margin * encode(ones).bytes <= code.bytes


def test_an_unknown_code_is_refused():
    with pytest.raises(ValueError, match="unknown weight code 'huffman': wanted auto"):
        encode(np.ones(3, bool), "huffman")
    with pytest.raises(ValueError, match=r"unknown weight code 7: wanted 0 \(bitmap\)"):
        code_name(7)


@pytest.mark.parametrize("density", [0.01, 0.05, 0.2, 0.3])
def test_golomb_codes_give_back_the_kernel(rng, density):
    ones = rng.random((64, 500)) < density
    np.testing.assert_array_equal(decode(encode(ones, "golomb")), ones.ravel())


@pytest.mark.parametrize("densities", [(0.05, 0.05), (0.1, 0.35), (0.02, 0.6)])
def test_auto_is_within_its_margin_of_every_code(rng, densities):
    # Channels of different density, as training makes them.
    ones = np.concatenate([rng.random((50, 2000)) < p for p in densities])
    auto = encode(ones)
    assert auto.bytes <= encode(ones, "rice").bytes
    assert auto.bytes <= encode(ones, "bitmap").bytes
    assert auto.bytes <= encode(ones, "golomb").bytes / (1 - 0.025)


def test_sparse_kernels_are_rice_coded_and_dense_ones_a_bitmap(rng):
    assert encode(rng.random(5000) < 0.05).code == RICE
    assert encode(rng.random(5000) < 0.5).code == BITMAP


def test_one_connection_at_the_far_end():
    ones = np.zeros(1_000_000, bool)
    ones[-1] = True
    code = encode(ones)
    assert code.words.size <= 2
    np.testing.assert_array_equal(decode(code), ones)


@pytest.mark.parametrize("weights, connections, bits", [(100, 0, 0), (100, 100, 0), (100, 50, 100)])
def test_entropy_at_its_corners(weights, connections, bits):
    assert entropy_bits(weights, connections) == pytest.approx(bits)


@pytest.mark.parametrize("name", ["bitmap", "rice", "golomb", "bytes"])
def test_signs_stand_behind_the_code_of_the_places(rng, name):
    kernel = (rng.random((64, 500)) < 0.05) * rng.choice([-1, 1], (64, 500))
    plain, code = encode(kernel != 0, name), encode(kernel, name)
    assert (code.signed, plain.signed) == (True, False)
    assert (code.connections, code.parameter) == (plain.connections, plain.parameter)
    np.testing.assert_array_equal(code.words[: len(plain.words)], plain.words)
    # Written from docs/format.md, one connection at a time.
    signs = code.words[len(plain.words) :].tolist()
    assert len(signs) == -(-code.connections // 32)
    weights = kernel[kernel != 0].tolist() + [1] * (-code.connections % 32)
    for i, weight in enumerate(weights):
        assert signs[i // 32] >> i % 32 & 1 == (weight == -1)


def test_entropy_of_five_percent():
    # H(0.05) = 0.286 bits a weight: the published table of the method.
    assert entropy_bits(1000, 50) / 1000 == pytest.approx(0.286, abs=5e-4)
    assert entropy_bits(1000, 50, signed=True) / 1000 == pytest.approx(0.336, abs=5e-4)
    assert entropy_bits(1000, 1000, signed=True) == 1000
