"""What docs/faq.md quotes is what the package says."""

import re
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
import sbnn_keras
from edit import with_options
from pages import DOCS
from programs import environment, run_here
from sbnn_converter.cost_model.board import Board, check_fit
from sbnn_converter.inspection import inspect_model
from sbnn_converter.native import library_path
from sbnn_converter.runtimes.native_log import captured_stderr
from sbnn_keras import SparseBinaryDense

PAGE = (DOCS / "faq.md").read_text()
MESSAGES = re.findall(r"^ *> (.*)$", PAGE, re.MULTILINE)
GOLDEN = DOCS.parent / "tests" / "golden" / "version_1"
SAMPLE = DOCS.parent / "tests" / "keras" / "samples" / "mnist.npz"
_FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")
_NAME = re.compile(r"'[a-z_]\w*'|^[a-z_]+\d*(?=: )|^Sbnn\w+")


def words(message: str) -> str:
    """A message without its figures and without what networks and layers are called."""
    return _FIGURE.sub("#", _NAME.sub("NAME", message.removeprefix("WARNING: ")))


def assert_quoted(message: str) -> None:
    """Some message on the page is the start of this one."""
    said = words(" ".join(message.split()))
    assert any(said.startswith(words(quoted)) for quoted in MESSAGES), said


def test_every_message_has_a_test():
    assert len(MESSAGES) == 17


@pytest.fixture(scope="module")
def digits():
    return np.load(SAMPLE)["x"].astype(np.float32) / 128 - 1


@pytest.fixture(scope="module")
def model():
    return sbnn_keras.applications.SmallCNN(weights="mnist")


@pytest.fixture(scope="module")
def flatbuffer(model) -> bytes:
    return sbnn_converter.convert_keras_model(model)


def dense(**arguments):
    return tf.keras.Sequential(
        [
            tf.keras.Input((28, 28, 1)),
            tf.keras.layers.Flatten(),
            SparseBinaryDense(64, name="first", **arguments),
        ]
    )


def fitted(model, x, *callbacks, rate=0.001, epochs=1):
    model.compile(tf.keras.optimizers.Adam(rate), "mse")
    y = np.random.default_rng(0).normal(size=(len(x), 64))
    model.fit(x, y, batch_size=20, epochs=epochs, verbose=0, callbacks=list(callbacks))


def printed(capfd, part: str) -> str:
    """The line with this in it that was printed last."""
    said = capfd.readouterr()
    return [line for line in (said.out + said.err).splitlines() if part in line][-1]


def test_a_schedule_that_is_not_over(digits, capfd):
    decay = sbnn_keras.PolynomialDecay(0.5, 0.95, 0, 5000)
    fitted(dense(connections=0.05), digits, sbnn_keras.ConnectionsSchedule(decay))
    assert_quoted(printed(capfd, "ended before"))


def test_a_schedule_that_ends_above_a_layers_share(digits):
    with pytest.raises(ValueError) as refused:
        fitted(dense(connections=0.05), digits, sbnn_keras.ConnectionsSchedule(0.5))
    assert_quoted(str(refused.value))


def test_inputs_of_one_sign(digits, capfd):
    fitted(dense(input_quantizer="ste_sign"), (digits + 1) / 2)
    assert_quoted(printed(capfd, "one sign"))


def test_latent_weights_at_their_bound(digits, capfd):
    decay = sbnn_keras.PolynomialDecay(0.5, 0.98, 0, 30, frequency=5)
    schedule = sbnn_keras.ConnectionsSchedule(decay)
    fitted(dense(domain="signed"), digits, schedule, rate=0.3, epochs=4)
    assert_quoted(printed(capfd, "at their bound"))


def test_models_of_the_other_keras():
    keras = pytest.importorskip("keras", minversion="3")
    with pytest.raises(TypeError) as refused:
        sbnn_keras.summary(keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)]))
    assert_quoted(str(refused.value))


def test_tf_keras_used_before_us():
    code = (
        "import tensorflow as tf; tf.keras.layers.Dense(3); import sbnn_keras\n"
        "sbnn_keras.SparseBinaryDense\n"
        "try: import sbnn_keras.keras2\n"
        "except ImportError as error: import sys; print(error, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment()
    )
    said = [line for line in done.stderr.splitlines() if line.startswith("sbnn_keras")]
    assert len(said) == 2
    for line in said:
        assert_quoted(line)


def test_an_interpreter_without_our_kernels_and_with_them(flatbuffer):
    litert = pytest.importorskip("ai_edge_litert.interpreter")
    with captured_stderr(), pytest.raises(RuntimeError) as refused:
        litert.Interpreter(model_content=flatbuffer).allocate_tensors()
    assert_quoted(str(refused.value))
    delegate = litert.load_delegate(str(library_path("sbnn_tflite")))
    litert.Interpreter(
        model_content=flatbuffer, experimental_delegates=[delegate]
    ).allocate_tensors()


def test_an_arena_that_is_too_small(flatbuffer):
    with pytest.raises(RuntimeError) as refused:
        sbnn_converter.micro.Interpreter(flatbuffer, arena_size=6000)
    assert_quoted(str(refused.value))


def test_a_board_that_is_too_small(flatbuffer):
    cost = sbnn_converter.estimate_network(flatbuffer)
    with pytest.raises(ValueError) as refused:
        check_fit(cost, Board(flash_kb=32, ram_kb=4), None)
    assert_quoted(str(refused.value))


def test_int8(model, digits):
    with pytest.raises(sbnn_converter.ConversionError) as refused:
        sbnn_converter.convert_keras_model(model, inference_input_type="int8")
    assert_quoted(str(refused.value))
    in_int8 = sbnn_converter.Interpreter(
        sbnn_converter.convert_keras_model(
            model,
            inference_input_type="int8",
            inference_output_type="int8",
            representative_dataset=lambda: ([digit[None]] for digit in digits[:20]),
        )
    )
    for wrong in (digits[:2], (digits[:2] * 128 + 128).astype(np.uint8)):
        with pytest.raises(ValueError) as refused:
            in_int8.predict(wrong)
        assert_quoted(str(refused.value))


def test_a_comparison_that_fails(model, digits, tmp_path, capfd, monkeypatch):
    model.save(tmp_path / "model.h5")
    np.savez(tmp_path / "digits.npz", digits[:20])
    asked = dict(representative_data=tmp_path / "digits.npz", verify=20, tolerance=0.0001)
    asked |= dict(inference_input_type="int8", inference_output_type="int8")
    flags = [f"--{name}={value}" for name, value in asked.items()]
    result = run_here(capfd, monkeypatch, "sbnn-convert", tmp_path / "model.h5", *flags)
    assert result.returncode == 1
    assert_quoted(result.stderr.splitlines()[-1].removeprefix("sbnn-convert: error: "))


def test_a_file_of_a_later_format():
    with pytest.raises(ValueError) as refused:
        inspect_model(with_options((GOLDEN / "dense_rice.tflite").read_bytes(), version=9))
    assert_quoted(str(refused.value))


@pytest.mark.parametrize("spoil", [lambda model: model[:-500], lambda model: b"hello" * 10])
def test_files_that_are_none(flatbuffer, spoil):
    with pytest.raises(ValueError) as refused:
        sbnn_converter.Interpreter(spoil(flatbuffer))
    assert_quoted(str(refused.value))
