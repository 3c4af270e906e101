"""A corrupt file is refused with a message that names the op, in every runtime."""

import json
import re
import subprocess
import sys
from pathlib import Path

import larq as lq
import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
from edit import with_options
from networks import K, digits_net, pixels, stir
from sbnn_converter.tflite.flatbuffer import read_sbnn_ops
from sbnn_converter.weights.code import BITMAP, BYTES, GOLOMB, RICE, SLICED
from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense

OPENERS = {
    "host": lambda model: sbnn_converter.Interpreter(model),
    "micro": lambda model: sbnn_converter.micro.Interpreter(model),
}


@pytest.fixture(scope="module")
def converted() -> bytes:
    return sbnn_converter.convert_keras_model(digits_net())


def refusal(opener: str, model: bytes) -> str:
    with pytest.raises(RuntimeError) as caught:
        OPENERS[opener](model)
    return str(caught.value)


@pytest.mark.parametrize("opener", OPENERS)
def test_every_option_is_needed(converted, opener):
    needed = {name for op in read_sbnn_ops(converted) for name in op.options}
    needed -= {"band_bytes", "most_connections", "tap_major"}  # kernels do without
    for name in sorted(needed):
        message = refusal(opener, with_options(converted, **{name: None}))
        assert "Sbnn" in message and f"'{name}'" in message


@pytest.mark.parametrize("opener", OPENERS)
def test_a_newer_format_is_refused_with_advice(converted, opener):
    newer = with_options(converted, version=9)
    assert "update sbnn-keras" in refusal(opener, newer)


@pytest.mark.parametrize("opener", OPENERS)
def test_signs_that_are_not_there_are_refused(converted, all_kinds, opener):
    assert "corrupt" in refusal(opener, with_options(converted, has_signs=1))
    assert "has_signs: found 2, wanted 1" in refusal(opener, with_options(converted, has_signs=2))
    other = with_options(all_kinds["rice"], alpha_steps=-1)
    assert "a kernel with signs has no other weights" in refusal(opener, other)


@pytest.mark.parametrize("opener", OPENERS)
def test_a_code_with_too_many_or_too_few_connections_is_refused(converted, opener):
    for op in read_sbnn_ops(converted):
        if not op.code_bytes:
            continue
        words = op.constants[0]
        for broken_words in (np.zeros_like(words), np.full_like(words, -1)):
            broken = converted.replace(words.tobytes(), broken_words.tobytes())
            assert broken != converted
            assert "weight code is corrupt" in refusal(opener, broken)


@pytest.mark.parametrize("opener", OPENERS)
def test_any_flipped_bit_of_a_code_is_refused_or_harmless(converted, opener, rng):
    # Some flips give another valid code: it is another channel that is longest, or the answers
    # differ, no more.
    x = pixels(rng, 3)
    words = max((op.constants[0] for op in read_sbnn_ops(converted)), key=len)
    refused = 0
    for bit in rng.integers(0, 32 * len(words), 40):
        flipped = words.copy()
        flipped[bit // 32] ^= np.uint32(1 << (bit % 32)).view(np.int32)
        broken = converted.replace(words.tobytes(), flipped.tobytes())
        try:
            answer = OPENERS[opener](broken).predict(x)
        except RuntimeError as error:
            assert re.search("weight code is corrupt|most_connections: found", str(error))
            refused += 1
        else:
            assert answer.shape == (3, 10)
    assert refused > 0


@pytest.mark.parametrize("opener", OPENERS)
def test_what_is_no_flatbuffer_is_refused_in_plain_words(opener, tmp_path):
    with pytest.raises(ValueError, match="not a TFLite flatbuffer"):
        OPENERS[opener](b"nonsense")
    with pytest.raises(FileNotFoundError, match="does not exist"):
        OPENERS[opener](tmp_path / "missing.tflite")


def all_kinds_of_ops() -> tf.keras.Model:
    def conv(x, **kwargs):
        y = SparseBinaryConv2D(8, 3, connections=0.3, **kwargs)(x)
        return K.BatchNormalization()(y)

    x = tf.keras.Input((8, 8, 1))
    y = K.MaxPooling2D(2)(lq.quantizers.SteSign()(conv(x, padding="same")))
    y = conv(K.Add()([conv(y, padding="same", domain="signed"), y]))
    y = SparseBinaryDense(40, connections=0.2, domain="signed")(K.Flatten()(y))
    y = SparseBinaryDense(10, connections=0.3)(K.BatchNormalization()(y))
    return stir(tf.keras.Model(x, y))


@pytest.fixture(scope="module")
def all_kinds() -> dict[str, bytes]:
    """All five ops, in all five codes, from floats and from int8."""
    model, rng = all_kinds_of_ops(), np.random.default_rng(3)
    int8 = dict(
        inference_input_type="int8",
        inference_output_type="int8",
        representative_dataset=lambda: ([x[None]] for x in pixels(rng, 20)),
    )
    files = {
        code: sbnn_converter.convert_keras_model(
            model, weight_code=code, **(int8 if code in ("bitmap", "golomb") else {})
        )
        for code in ("bitmap", "rice", "golomb", "sliced", "bytes")
    }
    ops = [op for file in files.values() for op in read_sbnn_ops(file)]
    assert {op.name for op in ops} == {
        "SbnnConv2D",
        "SbnnDense",
        "SbnnMaxPool2D",
        "SbnnQuantize",
        "SbnnDequantize",
    }
    codes = {op.options["code"] for op in ops if "code" in op.options}
    assert codes == {BITMAP, RICE, GOLOMB, SLICED, BYTES}
    return files


@pytest.mark.parametrize("opener", OPENERS)
def test_whatever_is_broken_it_is_refused_by_name_or_runs(all_kinds, opener, tmp_path):
    models = [tmp_path / f"{code}.tflite" for code in all_kinds]
    for model, content in zip(models, all_kinds.values()):
        model.write_bytes(content)
    worker = Path(__file__).with_name("corrupt_worker.py")
    done = subprocess.run(
        [sys.executable, worker, opener, "1", "200", *models], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    assert len(lines) == len(models)
    for counts in map(json.loads, lines):
        assert counts["refused"] > 80 and counts["ran"] > 10
        assert counts["unnamed"] is None
