"""Exported folders, compiled on this machine, give TensorFlow Lite Micro's outputs."""

import functools
import json
import re
import shutil
import subprocess

import numpy as np
import pytest
import tensorflow as tf

import processes
import sbnn_converter
import sbnn_keras
import several_bits
import zoo
from networks import K, pixels, stir
from on_host import OnHost
from overlaps import overlaps
from sbnn_converter.standalone import plan_export
from sbnn_converter.standalone.fixed_factor import fixed_factor

UNDEFINED = ("-O1", "-fsanitize=undefined", "-fno-sanitize-recover=all")


def without_softmax(model):
    """The same network up to its logits."""
    last = model.layers[-1]
    if isinstance(last, K.Softmax):
        return tf.keras.Model(model.input, model.layers[-2].output)
    last.activation = tf.keras.activations.linear
    return model


def converted(model, rng, input_type=None):
    if input_type is None:
        return sbnn_converter.convert_keras_model(model)
    shapes = [(1, *x.shape[1:]) for x in model.inputs]
    images = [[rng.random(s).astype(np.float32) for s in shapes] for _ in range(8)]
    return sbnn_converter.convert_keras_model(
        model,
        representative_dataset=lambda: iter(images),
        inference_input_type=input_type,
        inference_output_type=input_type,
    )


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def assert_agrees(model: bytes, folder, objects, *inputs):
    """The export's outputs are those of TensorFlow Lite Micro, to the last bit."""
    export = sbnn_converter.export_c(model, folder)
    found = OnHost(export, folder, objects, UNDEFINED)
    assert found.check() == 0
    given = list(inputs) if len(inputs) > 1 else inputs[0]
    wanted = sbnn_converter.micro.Interpreter(model).predict(given)
    wanted = wanted if isinstance(wanted, list) else [wanted]
    for a, b in zip(found.predict(*inputs), wanted, strict=True):
        np.testing.assert_array_equal(a, b)
        assert len(np.unique(b)) > 3
    return export


@pytest.mark.parametrize("network", ["quick_net", "react_net"])
def test_networks_in_float(rng, network, tmp_path, objects):
    model = converted(without_softmax(stir(zoo.NETWORKS[network]("01"))), rng)
    assert_agrees(model, tmp_path / "c", objects, pixels(rng, 8, zoo.SHAPE))


@pytest.mark.parametrize("build", [several_bits.branches, several_bits.streams])
def test_activations_of_several_bits_and_streams(rng, tmp_path, objects, build):
    model = converted(stir(build()), rng)
    assert_agrees(model, tmp_path / "c", objects, pixels(rng, 6, several_bits.SHAPE) - 0.5)


@pytest.mark.parametrize("network", zoo.NETWORKS.values(), ids=zoo.NETWORKS)
def test_networks_in_int8(rng, network, tmp_path, objects):
    model = converted(stir(network("general")), rng, tf.int8)
    x = rng.integers(-128, 128, (30, *zoo.SHAPE), dtype=np.int8)
    export = assert_agrees(model, tmp_path / "c", objects, x)
    arena = sbnn_converter.micro.Interpreter(model).arena_used_bytes
    assert export.ram_bytes < arena  # no interpreter to hold


@pytest.mark.parametrize("scale", [0.05, 1.0, 20.0])
def test_softmax(rng, scale, tmp_path, objects):
    layer = sbnn_keras.SparseBinaryConv2D(10, 3, connections=0.3)
    layers = [tf.keras.Input((6, 6, 4)), layer, K.Rescaling(scale), K.Softmax()]
    model = tf.keras.Sequential(layers)
    x = rng.integers(-128, 128, (50, 6, 6, 4), dtype=np.int8)
    assert_agrees(converted(model, rng, tf.int8), tmp_path / "int8", objects, x)
    x = rng.random((50, 6, 6, 4), np.float32)
    flatbuffer = converted(model, rng)
    export = sbnn_converter.export_c(flatbuffer, tmp_path / "float")
    (found,) = OnHost(export, tmp_path / "float", objects, UNDEFINED).predict(x)
    wanted = sbnn_converter.micro.Interpreter(flatbuffer).predict(x)
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-30)


def test_several_inputs_and_outputs_in_uint8(rng, tmp_path, objects):
    a, b = tf.keras.Input((6, 6, 4), name="a"), tf.keras.Input((6, 6, 4), name="b")
    layer = sbnn_keras.SparseBinaryConv2D(
        8, 3, padding="same", connections=0.3, input_quantizer="ste_sign"
    )
    y, z = layer(K.BatchNormalization()(a)), layer(K.BatchNormalization()(b))
    both = K.Concatenate()([y, z])
    model = stir(tf.keras.Model([a, b], [K.Flatten()(both), K.Add()([y, z])]))
    x = [rng.integers(0, 256, (10, 6, 6, 4), dtype=np.uint8) for _ in range(2)]
    export = assert_agrees(converted(model, rng, tf.uint8), tmp_path / "c", objects, *x)
    assert "const uint8_t* input_0" in export.texts["src/model.h"]
    assert "uint8_t* output_1" in export.texts["src/model.h"]


@pytest.mark.parametrize("input_type", [None, tf.int8])
def test_outputs_alone_take_no_memory_and_are_clipped(rng, input_type, tmp_path, objects):
    x = tf.keras.Input((5, 5, 2))
    sums = sbnn_keras.SparseBinaryConv2D(4, 3, connections=0.5)(x)
    model = tf.keras.Model(x, [sums, tf.clip_by_value(sums, -1, 1)])
    images = rng.normal(size=(3, 5, 5, 2)).astype(np.float32)
    given = images if input_type is None else np.clip(images * 50, -128, 127).astype(np.int8)
    assert_agrees(converted(model, rng, input_type), tmp_path / "c", objects, given)


def test_buffers_of_an_exported_network_do_not_overlap(bi_real):
    export = plan_export(bi_real)
    assert len(export.buffers) > 20
    assert not overlaps(export.buffers, export.offsets)


def test_a_network_names_the_kernels_that_it_needs(rng):
    dense = sbnn_keras.SparseBinaryDense(10, connections=0.1)
    model = converted(tf.keras.Sequential([tf.keras.Input((64,)), dense]), rng)
    kernels = plan_export(model).kernels
    assert not any("conv2d_bits" in path or "max_pool" in path for path in kernels)
    assert "kernels/src/dense_numbers.c" in kernels


@pytest.fixture(scope="module")
def bi_real():
    rng = np.random.default_rng(7)
    return converted(without_softmax(stir(zoo.bi_real_net("01"))), rng, tf.int8)


def test_the_c_library_gives_memcpy_and_memset_alone(rng, tmp_path, objects):
    model = converted(without_softmax(stir(zoo.react_net("01"))), rng, tf.int8)
    export = sbnn_converter.export_c(model, tmp_path / "c")
    OnHost(export, tmp_path / "c", objects)
    wanted = subprocess.run(
        ["nm", "-D", "--undefined-only", tmp_path / "c" / "libmodel.so"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    names = set(re.findall(r" U (\w+)", wanted))
    assert names <= {"memcpy", "memset"}
    for path in (tmp_path / "c").glob("*/src/**/*.[ch]"):
        headers = set(re.findall(r"#include <(.*?)>", path.read_text()))
        assert headers <= {"stdint.h", "stddef.h", "stdbool.h", "string.h"}, path


def test_the_readme_s_command_make_and_cmake_build(bi_real, tmp_path):
    sbnn_converter.export_c(bi_real, tmp_path / "c")
    readme = (tmp_path / "c" / "model" / "README.md").read_text()
    (command,) = re.findall(r"```sh\n(.*?)```", readme, re.S)
    command = command.replace("arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb", "gcc -fsyntax-only")
    subprocess.run(command, shell=True, check=True, cwd=tmp_path / "c" / "model")
    (tmp_path / "Makefile").write_text(
        "include c/model.mk\nall:\n\tgcc -fsyntax-only $(model_CFLAGS) -c $(model_SOURCES)\n"
    )
    subprocess.run(["make", "-s"], check=True, cwd=tmp_path)
    if shutil.which("cmake"):
        run = functools.partial(
            subprocess.run, check=True, cwd=tmp_path, capture_output=True, text=True
        )
        run(["cmake", "-S", "c", "-B", "build"])
        run(["cmake", "--build", "build", "--target", "model-test"])
        said = run(["build/model/model-test"]).stdout
        assert re.fullmatch(r"model: PASS; 0 of 1 samples differ; .* bytes of stack\n", said)


def test_what_has_no_kernel_is_refused_by_name(rng, tmp_path):
    x = tf.keras.Input((8, 8, 2))
    y = sbnn_keras.SparseBinaryConv2D(4, 3, connections=0.3)(x)
    y = K.Conv2DTranspose(3, 2)(tf.math.sin(y))
    model = converted(tf.keras.Model(x, y), rng)
    with pytest.raises(sbnn_converter.ConversionError) as error:
        sbnn_converter.export_c(model, tmp_path / "c")
    for name in ("SIN", "TRANSPOSE_CONV", "--micro_dir"):
        assert name in str(error.value)
    assert "\n" not in str(error.value)
    assert not list(tmp_path.iterdir())


def test_damaged_files_are_refused(tmp_path):
    with pytest.raises(ValueError, match="damaged"):
        sbnn_converter.export_c(b"\x1c\0\0\0TFL3" + b"\xff" * 100, tmp_path / "c")


def test_the_command_line_writes_the_folder(tmp_path):
    model = stir(zoo.binary_net("01"))
    model.save(tmp_path / "good.h5")
    x = tf.keras.Input((8, 8, 2))
    y = sbnn_keras.SparseBinaryConv2D(4, 3, connections=0.3)(x)
    tf.keras.Model(x, K.Conv2DTranspose(3, 2)(y)).save(tmp_path / "bad.h5")

    def run(*words):
        start = "from sbnn_converter.cli.convert import run; run()"
        return processes.run(["-c", start, *words], cwd=tmp_path)

    done = run("bad.h5", "--c_dir=out")
    assert done.returncode == 1 and "TRANSPOSE_CONV" in done.stderr
    assert done.stderr.count("\n") == 1
    assert {p.name for p in tmp_path.iterdir()} == {"good.h5", "bad.h5"}
    done = run("good.h5", "--c_dir=out")
    assert done.returncode == 0, done.stderr
    assert "bytes of static RAM" in done.stdout
    listed = json.loads((tmp_path / "out" / "sbnn-export.json").read_text())["files"]
    assert "model/src/model.c" in listed


def test_the_header_tells_c_and_cpp_what_numbers_stand_for(rng, tmp_path):
    keras_model = stir(zoo.binary_net("01"))
    model = converted(keras_model, rng, tf.int8)
    export = sbnn_converter.export_c(model, tmp_path / "c")
    scale, zero = export.network.inputs[0].scale, export.network.inputs[0].zero
    (tmp_path / "main.cpp").write_text(
        '#include "c/model/src/model.h"\n'
        f'static_assert(MODEL_INPUT_SCALE == {scale!r}f, "scale");\n'
        f'static_assert(MODEL_INPUT_ZERO_POINT == {zero}, "zero point");\n'
        'static_assert(MODEL_INPUT_ELEMENTS == 16 * 16 * 3, "elements");\n'
        "int (*invoke)(const int8_t*, int8_t*) = model_invoke;\n"
    )
    subprocess.run(
        ["gcc", "-x", "c++", "-std=c++11", "-pedantic-errors", "-fsyntax-only", "main.cpp"],
        cwd=tmp_path,
        check=True,
    )
    name = keras_model.inputs[0].name
    assert f"/* {name}: 16 x 16 x 3, int8_t" in export.texts["src/model.h"]


def test_fixed_factors_are_exact_to_31_bits(rng):
    for factor in [1.0, 0.5, 1 - 2**-40, *rng.uniform(1e-6, 300.0, 200)]:
        multiplier, shift = fixed_factor(float(factor))
        assert 2**30 <= multiplier < 2**31
        assert multiplier * 2.0 ** (shift - 31) == pytest.approx(factor, rel=2**-31)
    assert fixed_factor(0.0) == (0, 0)
    assert fixed_factor(2.0**-40) == (0, 0)


def test_bytes_changed_at_random_are_refused_in_one_line_or_export(rng, bi_real):
    outcomes = set()
    for _ in range(150):
        damaged = np.frombuffer(bi_real, np.uint8).copy()
        damaged[rng.integers(0, len(damaged), 2)] ^= rng.integers(1, 256, 2, np.uint8)
        try:
            outcomes.add(bool(plan_export(damaged.tobytes()).texts))
        except ValueError as error:
            assert "\n" not in str(error)
            outcomes.add("refused")
    assert outcomes == {True, "refused"}
