"""What the two interpreters promise beside right answers."""

import subprocess
import sys

import numpy as np
import pytest
import sbnn_converter
from networks import digits_net, pixels
from sbnn_converter.runtimes.interpreter import available_runtimes


@pytest.fixture(scope="module")
def converted() -> bytes:
    return sbnn_converter.convert_keras_model(digits_net())


def test_batches_of_any_size_give_the_same_answers(converted, rng):
    x = pixels(rng, 7)
    interpreter = sbnn_converter.Interpreter(converted)
    whole = interpreter.predict(x)
    one_by_one = np.concatenate([interpreter.predict(x[i : i + 1]) for i in range(7)])
    np.testing.assert_array_equal(whole, one_by_one)
    np.testing.assert_array_equal(interpreter.predict(x[:3]), whole[:3])


def test_models_are_read_from_files_too(converted, rng, tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(converted)
    x = pixels(rng, 2)
    np.testing.assert_array_equal(
        sbnn_converter.Interpreter(path).predict(x),
        sbnn_converter.micro.Interpreter(str(path)).predict(x),
    )


@pytest.mark.parametrize(
    "open_model", [sbnn_converter.Interpreter, sbnn_converter.micro.Interpreter]
)
@pytest.mark.parametrize("shape", [(4, 8, 8), (0, 8, 8, 1), (2, 8, 9, 1), ()])
def test_a_wrong_input_shape_is_named(converted, open_model, shape):
    with pytest.raises(ValueError, match="wanted"):
        open_model(converted).predict(np.zeros(shape, np.float32))


def test_unknown_runtimes_are_listed(converted):
    with pytest.raises(ValueError, match="unknown runtime 'tpu'.*tflite_runtime"):
        sbnn_converter.Interpreter(converted, runtime="tpu")


def test_an_arena_that_is_too_small_is_said_so(converted):
    with pytest.raises(RuntimeError, match="does not fit an arena of 2000 bytes"):
        sbnn_converter.micro.Interpreter(converted, arena_size=2000)


def test_the_arena_in_use_is_reported(converted):
    interpreter = sbnn_converter.micro.Interpreter(converted)
    assert 0 < interpreter.arena_used_bytes < 64 * 1024
    # The planner needs a little more than what stays in use.
    room = interpreter.arena_used_bytes + 4096
    again = sbnn_converter.micro.Interpreter(converted, arena_size=room)
    assert again.arena_used_bytes == interpreter.arena_used_bytes


def test_two_interpreters_in_two_threads_do_not_disturb_each_other(converted, rng):
    from concurrent.futures import ThreadPoolExecutor

    x = pixels(rng, 64)
    expected = sbnn_converter.Interpreter(converted).predict(x)

    def many_times(_):
        interpreter = sbnn_converter.Interpreter(converted)
        return [interpreter.predict(x) for _ in range(20)]

    with ThreadPoolExecutor(2) as pool:
        for answers in pool.map(many_times, range(2)):
            for answer in answers:
                np.testing.assert_array_equal(answer, expected)


def test_running_a_model_does_not_import_tensorflow(converted, tmp_path):
    if "tflite_runtime" not in available_runtimes() and "litert" not in (
        available_runtimes()
    ):
        pytest.skip("only TensorFlow's own runtime is installed")
    path = tmp_path / "model.tflite"
    path.write_bytes(converted)
    script = (
        "import sys, numpy, sbnn_converter as s;"
        f"s.Interpreter({str(path)!r}).predict(numpy.zeros((1, 8, 8, 1)));"
        "assert 'tensorflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
