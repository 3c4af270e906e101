"""What the two interpreters promise beside right answers."""

import subprocess
import sys

import numpy as np
import pytest
import sbnn_converter
import tensorflow as tf
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
    np.testing.assert_array_equal(interpreter.predict(x, batch_size=3), whole)


def test_samples_run_together_up_to_the_batch_size(converted, rng, monkeypatch):
    interpreter = sbnn_converter.Interpreter(converted)
    sizes = []
    run = interpreter._run

    def counted(batches):
        sizes.append(len(batches[0]))
        return run(batches)

    monkeypatch.setattr(interpreter, "_run", counted)
    interpreter.predict(pixels(rng, 70))
    interpreter.predict(pixels(rng, 5), batch_size=2)
    assert sizes == [32, 32, 6, 2, 2, 1]


def test_a_batch_size_below_one_is_refused(converted, rng):
    with pytest.raises(ValueError, match="batch_size.*found 0, wanted 1 or more"):
        sbnn_converter.Interpreter(converted).predict(pixels(rng, 2), batch_size=0)


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


@pytest.fixture(scope="module")
def net() -> tf.keras.Model:
    return digits_net()


@pytest.fixture(scope="module")
def int8_model(net) -> bytes:
    def samples():
        for image in pixels(np.random.default_rng(1), 50):
            yield [image[None]]

    return sbnn_converter.convert_keras_model(
        net,
        inference_input_type=tf.int8,
        inference_output_type=tf.int8,
        representative_dataset=samples,
    )


OPEN = [sbnn_converter.Interpreter, sbnn_converter.micro.Interpreter]


@pytest.mark.parametrize("open_model", OPEN)
def test_real_numbers_go_in_and_come_out_of_an_int8_model(
    open_model, int8_model, net, rng
):
    interpreter = open_model(int8_model)
    (detail,) = sbnn_converter.Interpreter(int8_model).input_details
    scale, zero = detail["quantization"]
    random = rng.random((20, 8, 8, 1)).astype(np.float32)
    q = interpreter.quantize(random)
    wanted = tf.quantization.fake_quant_with_min_max_args(
        random, (-128 - zero) * scale, (127 - zero) * scale
    )
    assert q.dtype == np.int8
    np.testing.assert_allclose((q.astype(int) - zero) * scale, wanted, atol=1e-6)

    far = interpreter.quantize(np.stack([random[0] + 1e6, random[0] - 1e6]))
    assert (far[0] == 127).all() and (far[1] == -128).all()

    # Keras gets the very numbers that int8 holds; half a step is left at the end.
    held = ((q.astype(int) - zero) * scale).astype(np.float32)
    y = interpreter.predict(q)
    (detail,) = sbnn_converter.Interpreter(int8_model).output_details
    keras = net.predict(held, verbose=0)
    inside = (y > -128) & (y < 127)
    assert inside.mean() > 0.5
    np.testing.assert_allclose(
        interpreter.dequantize(y)[inside],
        keras[inside],
        atol=0.51 * detail["quantization"][0],
    )


@pytest.mark.parametrize("open_model", OPEN)
def test_real_numbers_are_not_cut_to_whole_ones_silently(open_model, int8_model, rng):
    with pytest.raises(ValueError, match="float32 numbers, wanted int8.*quantize"):
        open_model(int8_model).predict(pixels(rng, 2))


def test_a_float_model_takes_real_numbers_as_they_are(converted, rng):
    interpreter = sbnn_converter.Interpreter(converted)
    x = pixels(rng, 3)
    np.testing.assert_array_equal(interpreter.quantize(x.astype(np.float64)), x)
    y = interpreter.predict(x)
    np.testing.assert_array_equal(interpreter.dequantize(y), y)


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
