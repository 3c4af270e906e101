"""A corrupt file is refused with a message that names the op, in every runtime."""

import re

import numpy as np
import pytest
import sbnn_converter
from edit import with_options
from networks import digits_net, pixels
from sbnn_converter.tflite.flatbuffer import read_sbnn_ops

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
    needed.remove("band_bytes")  # kernels have a default
    for name in sorted(needed):
        # The same length, so that nothing else in the file moves.
        key = rb"(?<![a-z_])" + name.encode() + rb"\0"
        broken = re.sub(key, b"x" * len(name) + b"\0", converted)
        assert broken != converted
        message = refusal(opener, broken)
        assert "Sbnn" in message and f"'{name}'" in message


@pytest.mark.parametrize("opener", OPENERS)
def test_a_newer_format_is_refused_with_advice(converted, opener):
    newer = with_options(converted, version=2)
    assert "update sbnn-keras" in refusal(opener, newer)


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
    # Some flips give another valid code; then the answers differ, no more.
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
            assert "weight code is corrupt" in str(error)
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
