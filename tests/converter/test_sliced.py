"""The sliced form of dense layers: written, read back, run and refused as it should be."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
from networks import K, digits_net, pixels, signs, stir
from sbnn_converter.inspection import inspect_model
from sbnn_converter.tflite.flatbuffer import read_sbnn_ops
from sbnn_converter.weights.code import SLICED, encode
from sbnn_converter.weights.decoder import CorruptCode, decode
from sbnn_keras import SparseBinaryDense

OPENERS = {"host": sbnn_converter.Interpreter, "micro": sbnn_converter.micro.Interpreter}


@pytest.mark.parametrize("density", [0.0, 0.05, 0.5, 1.0])
@pytest.mark.parametrize("units, inputs", [(1, 1), (31, 7), (32, 33), (70, 5)])
def test_bits_of_a_word_are_units_and_counts_stand_behind(rng, density, units, inputs):
    ones = rng.random((units, inputs)) < density
    code = encode(ones, "sliced")
    # Written from docs/format.md, one weight at a time.
    slices = -(-units // 32)
    for unit in range(32 * slices):
        for i in range(inputs):
            bit = int(code.words[unit // 32 * inputs + i]) >> unit % 32 & 1
            assert bit == (unit < units and ones[unit, i])
    assert code.words[slices * inputs :].tolist() == ones.sum(1).tolist()
    np.testing.assert_array_equal(decode(code), np.flatnonzero(ones))


@pytest.mark.parametrize("units, inputs", [(3, 1), (32, 33), (70, 5)])
def test_with_signs_two_arrays_stand_for_32_units(rng, units, inputs):
    kernel = rng.choice([-1, 0, 1], (units, inputs), p=[0.3, 0.4, 0.3])
    kernel[-1, -1] = -1
    code = encode(kernel, "sliced")
    slices = -(-units // 32)
    for unit in range(32 * slices):
        for place, weight in enumerate((1, -1)):
            for i in range(inputs):
                word = int(code.words[(2 * (unit // 32) + place) * inputs + i])
                assert word >> unit % 32 & 1 == (unit < units and kernel[unit, i] == weight)
    assert code.words[2 * slices * inputs :].tolist() == np.count_nonzero(kernel, 1).tolist()


def test_a_connection_that_adds_and_subtracts_is_refused():
    code = encode(np.array([[1, -1, 0], [0, 0, 1]]), "sliced")
    broken = code.words.copy()
    broken[0] |= 2  # unit 1 adds input 0
    broken[3] |= 2  # and subtracts it
    with pytest.raises(CorruptCode, match="connection of unit 1 that adds and subtracts"):
        decode(dataclasses.replace(code, words=broken))


@pytest.mark.parametrize(
    "word, value, words",
    [
        (0, 0, "connections of unit"),
        (4, 9, "connections of unit 0"),
        (3, 1 << 31, "behind the last"),
    ],
)
def test_what_no_writer_makes_is_refused(word, value, words):
    code = encode(np.ones((3, 4), bool), "sliced")
    broken = code.words.copy()
    broken[word] = value
    with pytest.raises(CorruptCode, match=words):
        decode(dataclasses.replace(code, words=broken))
    for changed, why in (
        ({"words": code.words[:-1]}, "found 6 words, wanted 7"),
        ({"parameter": 1}, "parameter 1 of sliced"),
        ({"connections": 11}, "found 12 ones, wanted 11"),
    ):
        with pytest.raises(CorruptCode, match=why):
            decode(dataclasses.replace(code, **changed))


def dense_net(domain: str) -> tf.keras.Model:
    """Bits in, numbers of units that fill no word; thresholds, then sums."""
    dense = dict(domain=domain, input_quantizer="ste_sign")
    return stir(
        tf.keras.Sequential(
            [
                tf.keras.Input((75,)),
                SparseBinaryDense(70, connections=0.1, **dense),
                K.BatchNormalization(),
                SparseBinaryDense(33, connections=0.3, **dense),
                K.BatchNormalization(),
                SparseBinaryDense(5, connections=0.3, use_bias=False, **dense),
            ]
        )
    )


@pytest.mark.parametrize("runtime", OPENERS)
@pytest.mark.parametrize("domain", ["01", "general"])
def test_sliced_layers_give_keras_answers(rng, runtime, domain):
    model = dense_net(domain)
    converted = sbnn_converter.convert_keras_model(model, weight_code="sliced")
    assert {op.options["code"] for op in read_sbnn_ops(converted) if op.code_bytes} == {SLICED}
    x = signs(rng, 200, (75,))
    wanted = model.predict(x, verbose=0)
    found = OPENERS[runtime](converted).predict(x)
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-6)


def test_only_dense_layers_on_bits_are_sliced(rng):
    model = digits_net()
    converted = sbnn_converter.convert_keras_model(model, weight_code="sliced")
    inspected = inspect_model(converted).layers
    assert [layer.code == "sliced" for layer in inspected] == [False] * 3 + [True] * 2
    plain = inspect_model(sbnn_converter.convert_keras_model(model)).layers
    for layer, same in zip(inspected, plain):
        np.testing.assert_array_equal(layer.indices, same.indices)
    x = pixels(rng, 100)
    found = sbnn_converter.Interpreter(converted).predict(x)
    np.testing.assert_allclose(found, model.predict(x, verbose=0), rtol=1e-5)


@pytest.mark.parametrize("runtime", OPENERS)
def test_a_sliced_code_with_a_wrong_bit_is_refused(runtime, rng):
    converted = sbnn_converter.convert_keras_model(dense_net("01"), weight_code="sliced")
    words = read_sbnn_ops(converted)[-1].constants[0]
    for word in rng.integers(0, len(words), 5):
        broken = words.copy()
        broken[word] ^= np.uint32(1 << rng.integers(32)).view(np.int32)
        with pytest.raises(RuntimeError, match="SbnnDense: the weight code is corrupt"):
            OPENERS[runtime](converted.replace(words.tobytes(), broken.tobytes()))
