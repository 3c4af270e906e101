"""What the two interpreters promise beside right answers."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
from networks import digits_net, pixels
from sbnn_converter.runtimes.interpreter import available_runtimes
from sbnn_keras import SparseBinaryDense


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


@pytest.mark.parametrize("size", [0, -1, 2.5, None, "4"])
def test_a_batch_size_that_is_no_number_of_samples_is_refused(converted, rng, size):
    with pytest.raises(ValueError, match=f"batch_size.*found {size!r}, wanted a whole"):
        sbnn_converter.Interpreter(converted).predict(pixels(rng, 2), batch_size=size)


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
def test_real_numbers_go_in_and_come_out_of_an_int8_model(open_model, int8_model, net, rng):
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
    if "tflite_runtime" not in available_runtimes() and "litert" not in (available_runtimes()):
        pytest.skip("only TensorFlow's own runtime is installed")
    path = tmp_path / "model.tflite"
    path.write_bytes(converted)
    script = (
        "import sys, numpy, sbnn_converter as s;"
        f"s.Interpreter({str(path)!r}).predict(numpy.zeros((1, 8, 8, 1)));"
        "assert 'tensorflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_wheel_of_tflm_is_imported_without_a_word(converted, tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(converted)
    script = f"import sbnn_converter as s; s.micro.Interpreter({str(path)!r})"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    assert done.stdout == done.stderr == b""


STRANGE = {
    "complex": (np.zeros((2, 8, 8, 1), complex), "complex128: wanted real or whole"),
    "datetime": (np.zeros((2, 8, 8, 1), "datetime64[s]"), "datetime64.*: wanted real"),
    "objects": (np.full((2, 8, 8, 1), None), "object: wanted real or whole"),
    "texts": (np.full((2, 8, 8, 1), "1"), "<U1: wanted real or whole"),
    "masked": (np.ma.masked_less(np.zeros((2, 8, 8, 1)), 1), "masked array.*filled"),
    "ragged": ([[1.0], [2.0, 3.0]], "differ in length"),
    "images": ([np.zeros((8, 8, 1))] * 2, "found 2 arrays, wanted 1.*numpy.stack"),
    "nothing": (None, "found NoneType, wanted an array"),
    "names": ({"x": 1}, "found dict, wanted an array"),
}


@pytest.mark.parametrize("open_model", OPEN)
def test_what_is_no_array_of_numbers_is_refused(converted, open_model):
    interpreter = open_model(converted)
    for x, message in STRANGE.values():
        with pytest.raises(ValueError, match=message):
            interpreter.predict(x)


def test_lists_of_numbers_are_an_array(converted, rng):
    interpreter = sbnn_converter.Interpreter(converted)
    x = pixels(rng, 2)
    wanted = interpreter.predict(x)
    np.testing.assert_array_equal(interpreter.predict(x.tolist()), wanted)
    np.testing.assert_array_equal(interpreter.predict([x]), wanted)
    assert interpreter.quantize(x.tolist()).shape == x.shape


@pytest.mark.parametrize("open_model", OPEN)
@pytest.mark.parametrize("value, dtype", [(200, np.uint8), (1000, np.int64), (-129, int)])
def test_whole_numbers_do_not_wrap(int8_model, open_model, value, dtype):
    interpreter = open_model(int8_model)
    x = np.full((2, 8, 8, 1), value, dtype)
    with pytest.raises(ValueError, match=f"from {value} to {value}, wanted -128 to 127"):
        interpreter.predict(x)
    small = np.full((2, 8, 8, 1), 100, dtype)
    np.testing.assert_array_equal(
        interpreter.predict(small), interpreter.predict(small.astype(np.int8))
    )


def test_quantize_refuses_what_has_no_whole_number(int8_model):
    interpreter = sbnn_converter.Interpreter(int8_model)
    with pytest.raises(ValueError, match="NaN"):
        interpreter.quantize(np.full((1, 8, 8, 1), np.nan))
    with pytest.raises(ValueError, match="complex"):
        interpreter.quantize(np.zeros((1, 8, 8, 1), complex))


@pytest.mark.parametrize("open_model", OPEN)
def test_threads_that_open_interpreters_keep_their_output(converted, open_model, capfd):
    def open_many(_):
        for _ in range(20):
            open_model(converted)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(open_many, range(4)))
    print("to stdout")
    print("to stderr", file=sys.stderr)
    os.write(2, b"to descriptor 2")
    out, err = capfd.readouterr()
    assert out == "to stdout\n" and err.startswith("to stderr\nto descriptor 2")


@pytest.mark.parametrize("open_model", OPEN)
def test_threads_share_an_interpreter(converted, open_model, rng):
    interpreter = open_model(converted)
    x = pixels(rng, 9)
    wanted = interpreter.predict(x)

    def use(thread):
        for i in range(30):
            n = (thread + i) % 9 + 1
            np.testing.assert_array_equal(interpreter.predict(x[:n]), wanted[:n])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(use, range(4)))


@pytest.mark.parametrize("reopen", [True, False], ids=["new", "alone"])
def test_a_forked_process_goes_on(converted, rng, reopen):
    x = pixels(rng, 300)
    interpreter = sbnn_converter.Interpreter(converted, num_threads=2)
    wanted = interpreter.predict(x, batch_size=300)
    child = os.fork()
    if child == 0:
        signal.alarm(30)
        if not reopen:  # our ops run without the threads that stayed behind
            interpreter._process = os.getpid()
        same = np.array_equal(interpreter.predict(x, batch_size=300), wanted)
        os._exit(0 if same else 1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("stream", [None, "closed"])
def test_a_program_without_standard_error(converted, stream, monkeypatch, tmp_path):
    with open(tmp_path / "closed", "w") as closed:
        pass
    monkeypatch.setattr(sys, "stderr", closed if stream == "closed" else None)
    assert sbnn_converter.Interpreter(converted).output_details


@pytest.mark.parametrize("kind", ["deep", "recurrent"])
def test_a_model_finds_its_arena_and_too_small_ones_are_refused(kind, rng):
    layers = [SparseBinaryDense(8, connections=0.3) for _ in range(24 if kind == "deep" else 1)]
    shape, first = (8,), []
    if kind == "recurrent":  # its op holds 25 tensors at once while it prepares
        shape, first = (4, 3), [tf.keras.layers.LSTM(3)]
    model = tf.keras.Sequential([tf.keras.Input(shape), *first, *layers])
    flatbuffer = sbnn_converter.convert_keras_model(model)
    interpreter = sbnn_converter.micro.Interpreter(flatbuffer)
    x = (rng.integers(0, 17, (2, *shape)) / 16).astype(np.float32)
    np.testing.assert_array_equal(
        interpreter.predict(x), sbnn_converter.Interpreter(flatbuffer).predict(x)
    )
    used = interpreter.arena_used_bytes
    fits = []
    for size in range(used // 2, 2 * used, 500 if kind == "deep" else 150):
        try:
            sbnn_converter.micro.Interpreter(flatbuffer, arena_size=size).predict(x)
            fits.append(size)
        except RuntimeError as error:
            assert f"does not fit an arena of {size} bytes" in str(error)
            assert not fits
    assert fits and fits[0] > used


def test_tflm_says_why_it_refuses_a_model():
    layers = [SparseBinaryDense(6), tf.keras.layers.RepeatVector(2)]
    model = tf.keras.Sequential([tf.keras.Input((6,)), *layers])
    with pytest.raises(RuntimeError, match="Didn't find op for builtin opcode 'TILE'"):
        sbnn_converter.micro.Interpreter(sbnn_converter.convert_keras_model(model))
