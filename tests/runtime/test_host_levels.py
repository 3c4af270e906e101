"""On a host, answers depend neither on the instructions in use nor on threads."""

import numpy as np
import pytest

import sbnn_converter
from networks import digits_net, pixels

LEVELS = ["baseline", "avx2", "avx512"]


@pytest.fixture(scope="module")
def network():
    return digits_net()


@pytest.fixture(scope="module")
def converted(network) -> bytes:
    return sbnn_converter.convert_keras_model(network)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("level", LEVELS)
def test_every_level_answers_as_keras_does(network, converted, rng, monkeypatch, level, threads):
    monkeypatch.setenv("SBNN_HOST_ISA", level)
    try:
        interpreter = sbnn_converter.Interpreter(converted, num_threads=threads)
    except RuntimeError as error:
        pytest.skip(f"not on this processor: {error}")
    for batch in (1, 3, 33):
        x = pixels(rng, batch)
        np.testing.assert_allclose(
            interpreter.predict(x), network.predict(x, verbose=0), rtol=0, atol=1e-5
        )


def test_unknown_instructions_are_refused(converted, monkeypatch):
    monkeypatch.setenv("SBNN_HOST_ISA", "mmx")
    with pytest.raises(RuntimeError, match="wanted baseline, avx2 or avx512"):
        sbnn_converter.Interpreter(converted)
