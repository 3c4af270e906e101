"""The library's decoder gives back every kernel, and accepts nothing else."""

import dataclasses

import numpy as np
import pytest

from sbnn_converter.weights.code import BITMAP, BYTES, RICE, WeightCode, encode
from sbnn_converter.weights.decoder import CorruptCode, decode, read_connections


@pytest.mark.parametrize("name", ["bitmap", "rice", "golomb", "bytes"])
@pytest.mark.parametrize("density", [0.0, 0.001, 0.05, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("weights", [1, 31, 32, 33, 1000, 100_003])
def test_decoding_gives_back_the_indices(rng, name, density, weights):
    ones = rng.random(weights) < density
    np.testing.assert_array_equal(decode(encode(ones, name)), np.flatnonzero(ones))


@pytest.mark.parametrize("name", ["bitmap", "rice", "golomb", "sliced", "bytes"])
@pytest.mark.parametrize("density", [0.001, 0.05, 0.5, 1.0])
@pytest.mark.parametrize("shape", [(1, 1), (1, 32), (33, 1), (40, 250)])
def test_decoding_gives_back_the_signs(rng, name, density, shape):
    kernel = (rng.random(shape) < density) * rng.choice([-1, 1], shape)
    kernel[-1, -1] = -1
    found = read_connections(encode(kernel, name))
    np.testing.assert_array_equal(found.indices, np.flatnonzero(kernel))
    np.testing.assert_array_equal(found.subtract, kernel[kernel != 0] < 0)


@pytest.mark.parametrize("connections", [255, 256, 257, 511, 512, 513, 70_000])
def test_chains_around_the_length_of_a_stride(rng, connections):
    ones = rng.permutation(np.arange(100_000) < connections)
    np.testing.assert_array_equal(decode(encode(ones, "rice")), np.flatnonzero(ones))


@pytest.mark.parametrize("gap", [0, 1, 2**20])
def test_ones_at_both_ends_with_any_gap(gap):
    ones = np.zeros(gap + 2, bool)
    ones[[0, -1]] = True
    np.testing.assert_array_equal(decode(encode(ones, "rice")), [0, gap + 1])


def test_a_layer_of_fourteen_million_weights(rng):
    ones = rng.random(14_000_000) < 0.05
    np.testing.assert_array_equal(decode(encode(ones)), np.flatnonzero(ones))


def rice(bits: str, **changes) -> WeightCode:
    """A Rice code of parameter 2 for 20 weights, from its bits."""
    padded = bits.ljust(-(-max(1, len(bits)) // 32) * 32, "0")
    words = [int(padded[i : i + 32], 2) for i in range(0, len(padded), 32)]
    code = WeightCode(np.array(words, np.uint32), RICE, 2, 2, 20)
    return dataclasses.replace(code, **changes)


def signed(bits: str, *signs: int) -> WeightCode:
    """The same with words of signs behind it."""
    code = rice(bits, signed=True)
    return dataclasses.replace(code, words=np.append(code.words, np.uint32(signs)))


def test_a_code_written_by_hand():
    # Gaps 5 = 1 * 4 + 1 and 3 = 0 * 4 + 3: indices 5 and 9.
    assert decode(rice("0101111")).tolist() == [5, 9]
    assert read_connections(signed("0101111", 0b10)).subtract.tolist() == [False, True]


def bytes_of(*row, parameter=0, connections=2, weights=1000):
    return WeightCode(
        words=np.array(row, np.uint8).view("<u4"),
        code=BYTES,
        parameter=parameter,
        connections=connections,
        weights=weights,
    )


def test_bytes_written_by_hand():
    # Gaps 5 and 255 + 3: indices 5 and 264.
    code = bytes_of(5, 255, 3, 255, parameter=1)
    assert decode(code).tolist() == [5, 264]
    kernel = np.isin(np.arange(1000), [5, 264])
    assert encode(kernel, "bytes").words.tolist() == code.words.tolist()


@pytest.mark.parametrize(
    "broken, words",
    [
        (bytes_of(5, 255, 3, 255), "more than a byte"),
        (bytes_of(5, 3, 255, 255, parameter=2), "parameter 2 of bytes, wanted 0 or 1"),
        (bytes_of(5, 3, 0, 255), "3 ones in the bytes, wanted 2"),
        (bytes_of(5, 3, *6 * [255]), "found 2 words, wanted 1"),
        (bytes_of(5, 3, 255, 255, weights=9), "a connection at 9 of 9 weights"),
        (bytes_of(*4 * [255], connections=1), "0 ones in the bytes, wanted 1"),
        (rice("0101"), "ends before its 2 connections"),
        (rice("01011111"), "behind the last"),
        (rice("0101111" + 32 * "0" + "1"), "found 2 words, wanted 1"),
        (rice("0101" + 4 * "0" + "100"), "a connection at 22 of 20"),
        (rice(25 * "0" + "100100"), "a gap beyond 20 weights"),
        (rice("0101111", parameter=31), "Rice parameter 31"),
        (rice("0101111", code=5), "found code 5"),
        (rice("0101111", connections=21), "21 connections among 20"),
        (rice("0101111", connections=-1), "-1 connections"),
        (rice("11", code=BITMAP, parameter=0, connections=3), "2 ones in the bitmap"),
        (rice("11", code=BITMAP, parameter=1), "parameter 1 of a bitmap"),
        (rice(25 * "0" + "11", code=BITMAP, parameter=0), "a connection at"),
        (rice("11", code=BITMAP, parameter=0, weights=40), "found 1 words, wanted 2"),
        (signed("0101111", 0b101), "signs behind the last of 2 connections"),
        (signed("0101111", 0b01, 0), "found 3 words, wanted 2"),
        (signed("0101111"), "ends before its 2 connections"),
    ],
)
def test_what_no_writer_makes_is_refused(broken, words):
    with pytest.raises(CorruptCode, match=words):
        decode(broken)


def test_a_code_whose_low_bits_lie_behind_its_last_word():
    # 31 zeros and a one fill the word; the two low bits would follow.
    with pytest.raises(CorruptCode, match="words"):
        decode(rice(31 * "0" + "1", connections=1, weights=1000))
