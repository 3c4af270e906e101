"""The weight code gives back what went in, and stays close to the entropy bound."""

import numpy as np
import pytest
from sbnn_converter.weight_code import BITMAP, RICE, encode, entropy_bits


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
        low = bits[at : at + code.parameter]
        at += code.parameter
        index += (quotient << code.parameter) + (int(low, 2) if low else 0) + 1
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


@pytest.mark.parametrize(
    "density, limit",
    [(0.01, 1.03), (0.02, 1.03), (0.05, 1.03), (0.1, 1.03), (0.2, 1.03),
     (0.25, 1.05), (0.4, 1.05), (0.5, 1.05)],
)
def test_code_is_close_to_the_entropy_bound(rng, density, limit):
    ones = rng.random((256, 1024)) < density
    code = encode(ones)
    assert 8 * code.bytes <= limit * entropy_bits(code.weights, code.connections)


def test_sparse_kernels_are_rice_coded_and_dense_ones_a_bitmap(rng):
    assert encode(rng.random(5000) < 0.05).code == RICE
    assert encode(rng.random(5000) < 0.5).code == BITMAP


def test_one_connection_at_the_far_end():
    ones = np.zeros(1_000_000, bool)
    ones[-1] = True
    code = encode(ones)
    assert code.words.size <= 2
    np.testing.assert_array_equal(decode(code), ones)


@pytest.mark.parametrize(
    "weights, connections, bits", [(100, 0, 0), (100, 100, 0), (100, 50, 100)]
)
def test_entropy_at_its_corners(weights, connections, bits):
    assert entropy_bits(weights, connections) == pytest.approx(bits)


def test_entropy_of_five_percent():
    # H(0.05) = 0.286 bits a weight: the published table of the method.
    assert entropy_bits(1000, 50) / 1000 == pytest.approx(0.286, abs=5e-4)
