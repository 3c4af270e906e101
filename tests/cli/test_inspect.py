"""sbnn-inspect: the connections that Keras had, and what it says to bad input."""

import json
import struct

import larq as lq
import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
from edit import with_options
from networks import digits_net
from programs import assert_refused, run_process
from sbnn_converter.tflite.flatbuffer import read_sbnn_ops
from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense, SparseBinaryDepthwiseConv2D


def keras_connections(layer) -> np.ndarray:
    """Flat indices of the larger of the kernel's two values, or of what is not 0."""
    kernel = keras_kernel(layer)
    three = len(np.unique(kernel)) == 3
    return np.flatnonzero(kernel != 0 if three else kernel == kernel.max())


def keras_kernel(layer) -> np.ndarray:
    with lq.context.quantized_scope(True):
        return layer.kernel.numpy()


@pytest.fixture(scope="module")
def digits_converted() -> bytes:
    return sbnn_converter.convert_keras_model(digits_net())


@pytest.fixture
def converted(digits_converted, tmp_path):
    path = tmp_path / "digits.tflite"
    path.write_bytes(digits_converted)
    return path


@pytest.mark.parametrize("code", ["auto", "bitmap", "rice", "sliced"])
def test_json_gives_back_exactly_the_connections_of_keras(sbnn_inspect, tmp_path, code):
    # Convolutions, a dense layer behind Flatten (whose kernel is permuted in the
    # file), one behind a dense layer.
    model = digits_net()
    path = tmp_path / "digits.tflite"
    path.write_bytes(sbnn_converter.convert_keras_model(model, weight_code=code))
    document = json.loads(sbnn_inspect(path, "--json").stdout)
    binary = [layer for layer in model.layers if hasattr(layer, "kernel_quantizer")]
    assert [layer["name"] for layer in document["layers"]] == [layer.name for layer in binary]
    for found, layer in zip(document["layers"], binary):
        assert found["indices"] == keras_connections(layer).tolist()
        assert found["connections"] == len(found["indices"])
        assert found["kernel_shape"] == list(layer.kernel.shape)
        assert found["values"] == [0.0, 1.0]


def test_json_of_a_larq_network_with_groups(sbnn_inspect, tmp_path):
    signs = dict(input_quantizer="ste_sign", kernel_quantizer="ste_sign")
    model = tf.keras.Sequential(
        [
            tf.keras.Input((6, 6, 8)),
            lq.layers.QuantConv2D(12, (3, 2), groups=4, padding="same", **signs),
            lq.layers.QuantConv2D(8, 3, padding="same", pad_values=1.0, **signs),
            tf.keras.layers.Flatten(),
            lq.layers.QuantDense(5, **signs),
        ]
    )
    path = tmp_path / "larq.tflite"
    path.write_bytes(sbnn_converter.convert_keras_model(model))
    document = json.loads(sbnn_inspect(path, "--json").stdout)
    for found, layer in zip(
        document["layers"], (model.layers[0], model.layers[1], model.layers[3])
    ):
        assert found["indices"] == keras_connections(layer).tolist()
        assert found["kernel_shape"] == list(layer.kernel.shape)
        assert found["values"] == [-0.5, 0.5]


@pytest.mark.parametrize("code", ["auto", "sliced"])
def test_json_gives_back_what_adds_and_what_subtracts(sbnn_inspect, tmp_path, code):
    signed = dict(domain="signed", input_quantizer="ste_sign", connections=0.2)
    model = tf.keras.Sequential(
        [
            tf.keras.Input((6, 6, 8)),
            SparseBinaryConv2D(12, (3, 2), groups=4, padding="same", **signed),
            SparseBinaryDepthwiseConv2D(3, **signed),
            tf.keras.layers.Flatten(),
            SparseBinaryDense(40, **signed),
            SparseBinaryDense(5, connections=0.3, domain="01", input_quantizer="ste_sign"),
        ]
    )
    path = tmp_path / "signed.tflite"
    path.write_bytes(sbnn_converter.convert_keras_model(model, weight_code=code))
    document = json.loads(sbnn_inspect(path, "--json").stdout)
    assert document["document_version"] == 2
    layers = [layer for layer in model.layers if hasattr(layer, "connections")]
    kernels = [layer.binary_kernel().ravel() for layer in layers]
    for found, kernel in zip(document["layers"], kernels, strict=True):
        assert found["indices"] == np.flatnonzero(kernel).tolist()
        assert found["subtracting_indices"] == np.flatnonzero(kernel < 0).tolist()
        assert found["subtracting"] == np.count_nonzero(kernel < 0)
        assert found["density"] == np.count_nonzero(kernel) / kernel.size
        signs = found["connections"] if found["subtracting"] else 0
        p = found["density"]
        entropy = -p * np.log2(p) - (1 - p) * np.log2(1 - p)
        bits = kernel.size * entropy + signs
        assert found["entropy_bytes"] == pytest.approx(bits / 8)
    assert [layer["values"] for layer in document["layers"]] == 3 * [[-1, 0, 1]] + [[0, 1]]
    assert document["total"]["subtracting"] == sum(np.count_nonzero(k < 0) for k in kernels)


def test_the_table_is_that_of_the_conversion(sbnn_convert, sbnn_inspect, digits):
    converted = sbnn_convert(digits).stdout
    inspected = sbnn_inspect(digits.with_suffix(".tflite")).stdout
    assert converted.startswith(inspected)
    for words in ("conv 3x3", "dense", "rice 3", "float32", "int8", "1 bit", "bound"):
        assert words in inspected


def test_in_a_process_of_its_own_and_without_tensorflow(converted):
    result = run_process("sbnn-inspect", converted, "--json")
    assert result.returncode == 0 and result.stderr == ""
    assert json.loads(result.stdout)["file_bytes"] == converted.stat().st_size
    assert "usage: sbnn-inspect" in run_process("sbnn-inspect", "--help").stdout


def test_a_file_without_sbnn_ops(sbnn_inspect, tmp_path):
    model = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(2)])
    path = tmp_path / "float.tflite"
    path.write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())
    assert_refused(sbnn_inspect(path), "no SBNN ops", "FULLY_CONNECTED", "sbnn-convert")


def test_what_is_no_model(sbnn_inspect, tmp_path):
    (tmp_path / "notes.tflite").write_text("not a model")
    assert_refused(sbnn_inspect(tmp_path / "notes.tflite"), "notes.tflite", "TFL3")
    (tmp_path / "empty.tflite").write_bytes(b"")
    assert_refused(sbnn_inspect(tmp_path / "empty.tflite"), "empty.tflite", "TFL3")
    assert_refused(sbnn_inspect(tmp_path / "none.tflite"), "does not exist")
    assert_refused(sbnn_inspect(tmp_path), "is a folder")
    assert_refused(sbnn_inspect(), "found 0 files")
    assert_refused(sbnn_inspect("a.tflite", "--yaml"), "yaml", "--help")


def change(path, old: bytes, new: bytes):
    content = path.read_bytes()
    assert old in content and len(old) == len(new)
    path.write_bytes(content.replace(old, new))


def test_a_missing_option(sbnn_inspect, converted):
    before = converted.read_bytes()
    for option in ("kernel_width", "code_parameter", "alpha_steps", "planes"):
        converted.write_bytes(with_options(before, **{option: None}))
        assert_refused(sbnn_inspect(converted), "corrupt", f"'{option}'")
        converted.write_bytes(before)


@pytest.mark.parametrize(
    "options, words",
    [
        (dict(has_signs=2), "found 2 as option 'has_signs', wanted 0 or 1"),
        (dict(has_signs=1), "connections"),
        (dict(has_signs=1, alpha_steps=-1), "of weights with signs, wanted 0 and 0"),
    ],
)
def test_signs_that_are_not_there(sbnn_inspect, converted, options, words):
    converted.write_bytes(with_options(converted.read_bytes(), **options))
    assert_refused(sbnn_inspect(converted), "layer 'sparse_binary_conv2d", "corrupt", words)


@pytest.mark.parametrize("word", [0, -1], ids=["all zeros", "all ones"])
def test_a_corrupt_code_is_named_by_its_layer(sbnn_inspect, converted, word):
    op = max(read_sbnn_ops(converted.read_bytes()), key=lambda op: op.code_bytes)
    words = op.constants[0]
    change(converted, words.tobytes(), np.full_like(words, word).tobytes())
    result = sbnn_inspect(converted)
    assert_refused(result, "digits.tflite", f"layer '{op.layer}'", "corrupt")


def test_a_newer_format(sbnn_inspect, converted, tmp_path):
    path = tmp_path / "new.tflite"
    path.write_bytes(with_options(converted.read_bytes(), version=9))
    assert_refused(sbnn_inspect(path), "version 9", "update sbnn-keras")


def test_truncated_and_scribbled_files_end_in_one_line(sbnn_inspect, converted, rng):
    whole = converted.read_bytes()
    damaged = [whole[:size] for size in range(8, len(whole) - 64, len(whole) // 12)]
    for _ in range(60):
        scribbled = bytearray(whole)
        at = int(rng.integers(8, len(whole) - 4))
        scribbled[at : at + 4] = struct.pack("<I", int(rng.integers(2**32)))
        damaged.append(bytes(scribbled))
    refused = 0
    for content in damaged:
        converted.write_bytes(content)
        result = sbnn_inspect(converted, "--json")
        if result.returncode:
            assert_refused(result, "digits.tflite")
            refused += 1
        else:
            json.loads(result.stdout)  # the damage lies where nothing is read
    assert refused > 20


@pytest.mark.parametrize(
    "name, words",
    [("", "name is empty"), ("/dev/null", "is no regular file"), ("missing", "does not exist")],
)
def test_what_is_no_file_is_named(sbnn_inspect, name, words):
    assert_refused(sbnn_inspect(name), words)
