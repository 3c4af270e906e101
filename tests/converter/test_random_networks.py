"""Random networks (random_networks.py) answer alike everywhere, to the last bit.

By hand, 2,000 of them: SBNN_RANDOM_NETWORKS=2000 pytest tests/converter/test_random_networks.py -s
"""

import os
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given

import integer_reference
import random_networks
import sbnn_converter
from on_host import OnHost
from one_op import one_op_model
from parity import answers_of_keras
from sbnn_converter.runtimes.interpreter import available_runtimes
from sbnn_converter.tflite.flatbuffer import read_sbnn_ops

LEVELS = ["baseline", "avx2", "avx512"]
BESIDE = random_networks.BESIDE if "SBNN_RANDOM_NETWORKS" in os.environ else 5
SAMPLES = 3


def listed(found) -> list[np.ndarray]:
    return found if isinstance(found, list) else [found]


def answers(model: bytes, x: np.ndarray, objects) -> dict[str, list[np.ndarray]]:
    """Outputs by engine: runtimes of a host, levels of instructions, TFLM, plain C."""
    found = {}
    runtimes = random_networks.runtimes_for(model, available_runtimes())
    for number, name in enumerate(LEVELS if runtimes else ()):
        with random_networks.level(name):
            try:
                interpreter = sbnn_converter.Interpreter(model, runtimes[number % len(runtimes)])
            except RuntimeError as error:
                if "this processor" not in str(error):
                    raise
                continue
        found[f"{interpreter.runtime}, {name}"] = listed(interpreter.predict(x))
    found["micro"] = listed(sbnn_converter.micro.Interpreter(model).predict(x))
    with tempfile.TemporaryDirectory() as folder:
        try:
            export = sbnn_converter.export_c(model, Path(folder) / "c")
        except sbnn_converter.ConversionError:
            return found  # an op that plain C has not
        found["c"] = OnHost(export, Path(folder) / "c", objects, ("-O1",)).predict(x)
    return found


def assert_equal(wanted: list[np.ndarray], found: dict[str, list[np.ndarray]], names) -> None:
    for engine, outputs in found.items():
        assert len(outputs) == len(wanted), engine
        for name, y, w in zip(names, outputs, wanted):
            np.testing.assert_array_equal(y, w, f"output {name} in {engine}")


@random_networks.settings_of(BESIDE)
@given(drawn=random_networks.networks(BESIDE))
def test_every_engine_answers_as_keras_does(drawn, objects):
    model = random_networks.model_of(*drawn)
    rng = np.random.default_rng(drawn[1])
    x = rng.normal(0, 1.5, (SAMPLES, *random_networks.SHAPE)).astype(np.float32)
    converted = sbnn_converter.convert_keras_model(model)
    assert_equal(answers_of_keras(model, x), answers(converted, x, objects), model.output_names)
    random_networks.count("float", len(drawn[0]))


@random_networks.settings_of(BESIDE)
@given(drawn=random_networks.networks(BESIDE))
def test_every_engine_answers_alike_in_int8(drawn, objects):
    model = random_networks.model_of(*drawn)
    rng = np.random.default_rng(drawn[1])
    x = rng.normal(0, 1.5, (8, *random_networks.SHAPE)).astype(np.float32)
    converted = sbnn_converter.convert_keras_model(
        model,
        representative_dataset=lambda: ([sample[None]] for sample in x),
        inference_input_type="int8",
        inference_output_type="int8",
    )
    q = rng.integers(-128, 128, (SAMPLES, *random_networks.SHAPE), dtype=np.int8)
    found = answers(converted, q, objects)
    assert_equal(found.pop("micro"), found, model.output_names)
    assert_sums_are_numpys(converted, rng)
    random_networks.count("int8", len(drawn[0]))


def assert_sums_are_numpys(model: bytes, rng) -> None:
    """Each layer of whole numbers alone, on random inputs, beside integer_reference.py."""
    for op in filter(integer_reference.is_computed, read_sbnn_ops(model)):
        given, x = integer_reference.random_input(op, rng, SAMPLES)
        wanted = integer_reference.output_of(op, integer_reference.sums_of(op, x))
        if wanted is None:
            continue
        alone = one_op_model(op)
        for opener in (sbnn_converter.Interpreter, sbnn_converter.micro.Interpreter):
            found = opener(alone).predict(given)
            np.testing.assert_array_equal(found, wanted, f"{op.layer} {op.options}")
