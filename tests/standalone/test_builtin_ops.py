"""TensorFlow Lite's own ops in standalone C against TensorFlow Lite's reference kernels
and TensorFlow Lite Micro: whole numbers to the bit, floats to a few units in the last
place."""

import shutil
import subprocess

import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
import sbnn_keras
from on_host import OnHost
from sbnn_converter.emulation import WARNINGS

UNDEFINED = ("-O1", "-fsanitize=undefined", "-fno-sanitize-recover=all")
IMAGE = (5, 7, 6)


def nearest(sides, **how):
    """A resize to the nearest neighbour as TensorFlow has always had it."""
    return lambda x: tf.compat.v1.image.resize_nearest_neighbor(x, sides, **how)


LAST = np.linspace(-2, 3, IMAGE[-1], dtype=np.float32)
# Kind of op: what is to be in the file, the function.
OPS = {
    "sub": ("SUB", lambda x: tf.nn.relu(x) - x * 0.3),
    "sub of channels": ("SUB", lambda x: x - LAST),
    "sub from channels": ("SUB", lambda x: LAST - x),
    "sub from one": ("SUB", lambda x: 1.0 - x),
    "sub and relu": ("SUB", lambda x: tf.nn.relu(x - LAST)),
    "mul": ("MUL", lambda x: tf.nn.relu(x) * x),
    "mul by channels": ("MUL", lambda x: x * LAST),
    "mul by a vector": ("MUL", lambda x: x * tf.reduce_mean(x, [1, 2], True)),
    "mul and relu6": ("MUL", lambda x: tf.nn.relu6(x * LAST)),
    "split": ("SPLIT", lambda x: tf.concat(tf.split(x, 3, -1)[::-1], -1)),
    "split of rows": ("SPLIT", lambda x: tf.concat(tf.split(x, 5, 1)[::-1], 2)),
    "split in parts": ("SPLIT_V", lambda x: tf.concat(tf.split(x, [1, 3, 2], -1)[1:], -1)),
    "strided slice": ("STRIDED_SLICE", lambda x: x[:, 1:, ::2, 1:5]),
    "slice backwards": ("STRIDED_SLICE", lambda x: x[:, ::-1, 5:1:-2, -4:]),
    "slice of one row": ("STRIDED_SLICE", lambda x: x[:, 2, 1:-1]),
    "transpose": ("TRANSPOSE", lambda x: tf.transpose(x, [0, 3, 1, 2])),
    "transpose of sides": ("TRANSPOSE", lambda x: tf.transpose(x, [0, 2, 1, 3])),
    "transpose of all": ("TRANSPOSE", lambda x: tf.transpose(x, [0, 3, 2, 1])),
    "nearest": ("RESIZE_NEAREST_NEIGHBOR", nearest((10, 21))),
    "nearest, centers": ("RESIZE_NEAREST_NEIGHBOR", nearest((3, 15), half_pixel_centers=True)),
    "nearest, corners": ("RESIZE_NEAREST_NEIGHBOR", nearest((11, 4), align_corners=True)),
    "logistic": ("LOGISTIC", tf.sigmoid),
    "tanh": ("TANH", tf.tanh),
}


def converted(function, shape, samples=None) -> bytes:
    """A TFLite file of ``function``; int8 throughout if ``samples`` are given."""
    traced = tf.function(function).get_concrete_function(tf.TensorSpec((1, *shape)))
    converter = tf.lite.TFLiteConverter.from_concrete_functions([traced])
    if samples is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([x[None]] for x in samples)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    return converter.convert()


def reference(model: bytes, x: np.ndarray) -> np.ndarray:
    """TensorFlow Lite's reference kernels."""
    interpreter = tf.lite.Interpreter(
        model_content=model,
        experimental_op_resolver_type=tf.lite.experimental.OpResolverType.BUILTIN_REF,
    )
    interpreter.allocate_tensors()
    outputs = []
    for sample in x:
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], sample[None])
        interpreter.invoke()
        outputs.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))
    return np.concatenate(outputs)


def ops_of(model: bytes) -> set[str]:
    return set(sbnn_converter.tflite.flatbuffer.read_stored_model(model).other_ops)


def in_c(model: bytes, folder, objects, x: np.ndarray) -> np.ndarray:
    export = sbnn_converter.export_c(model, folder)
    (found,) = OnHost(export, folder, objects, UNDEFINED).predict(x)
    return found


# What moves elements is tried on either size of them.
MOVED_FLOATS = ("split", "strided slice", "transpose", "nearest")
CASES = [(name, "int8") for name in OPS] + [
    (name, "float")
    for name, (op, _) in OPS.items()
    if op in ("SUB", "MUL", "LOGISTIC", "TANH") or name in MOVED_FLOATS
]


@pytest.mark.parametrize("name, kind", CASES)
def test_an_op_gives_the_reference_s_outputs(name, kind, rng, tmp_path, objects):
    op, function = OPS[name]
    x = rng.normal(size=(8, *IMAGE)).astype(np.float32)
    model = converted(function, IMAGE, x if kind == "int8" else None)
    assert op in ops_of(model)
    if kind == "int8":
        x = rng.integers(-128, 128, x.shape, np.int8)
    found, wanted = in_c(model, tmp_path, objects, x), reference(model, x)
    assert len(np.unique(wanted)) > 3
    if kind == "int8":
        np.testing.assert_array_equal(found, wanted)
        if name != "nearest, centers":  # TensorFlow Lite Micro ignores where centers are
            micro = sbnn_converter.micro.Interpreter(model).predict(x)
            np.testing.assert_array_equal(found, micro)
    else:
        np.testing.assert_array_max_ulp(found, wanted, 4)


RANGES = [(-0.01, 0.01), (-1, 1), (-3, 0.5), (0, 6), (-9, 9), (-60, 20), (-2000, 3000)]


@pytest.mark.parametrize("function", [tf.sigmoid, tf.tanh])
@pytest.mark.parametrize("low, high", RANGES)
def test_functions_of_all_int8(function, low, high, tmp_path, objects):
    samples = np.linspace(low, high, 256, dtype=np.float32)[None]
    model = converted(function, (256,), samples)
    x = np.arange(-128, 128, dtype=np.int8)[None]
    np.testing.assert_array_equal(in_c(model, tmp_path, objects, x), reference(model, x))
    if high - low < 4 * 255:  # else TensorFlow Lite Micro is wrong next to 0
        micro = sbnn_converter.micro.Interpreter(model).predict(x)
        np.testing.assert_array_equal(reference(model, x), micro)


@pytest.mark.parametrize("function", [tf.sigmoid, tf.tanh])
def test_functions_of_floats_of_any_size(function, rng, tmp_path, objects):
    sizes = 2.0 ** rng.uniform(-30, 8, 2000) * rng.choice([-1, 1], 2000)
    edges = [0.0, -0.0, 0.625, -9.0, 16.7, -87.3, -88.0, -103.0, 1e30, -1e30, np.inf, -np.inf]
    x = np.float32([*sizes, *edges])[None]
    model = converted(function, x.shape[1:])
    np.testing.assert_array_max_ulp(in_c(model, tmp_path, objects, x), reference(model, x), 4)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_a_sparse_classifier_in_int8(activation, rng, tmp_path, objects):
    layers = [
        tf.keras.Input((6, 6, 3)),
        sbnn_keras.SparseBinaryConv2D(8, 3, connections=0.3, input_quantizer=None),
        tf.keras.layers.BatchNormalization(),
        tf.keras.layers.UpSampling2D(2),
        tf.keras.layers.Permute((2, 1, 3)),
        tf.keras.layers.Flatten(),
        sbnn_keras.SparseBinaryDense(5, connections=0.2, input_quantizer="ste_sign"),
        tf.keras.layers.BatchNormalization(),
        tf.keras.layers.Activation(activation),
    ]
    samples = rng.normal(size=(20, 6, 6, 3)).astype(np.float32)
    model = sbnn_converter.convert_keras_model(
        tf.keras.Sequential(layers),
        representative_dataset=lambda: ([x[None]] for x in samples),
        inference_input_type=tf.int8,
        inference_output_type=tf.int8,
    )
    x = rng.integers(-128, 128, (20, 6, 6, 3), np.int8)
    wanted = sbnn_converter.micro.Interpreter(model).predict(x)
    np.testing.assert_array_equal(in_c(model, tmp_path, objects, x), wanted)
    assert len(np.unique(wanted)) > 3
    if shutil.which("clang"):  # in_c compiles with gcc
        subprocess.run(
            [
                "clang",
                "-std=c99",
                *WARNINGS,
                "-fsyntax-only",
                "-Imodel/src",
                "-Isbnn/src",
                *tmp_path.glob("*/src/**/*.c"),
            ],
            check=True,
            cwd=tmp_path,
        )


def test_kernels_of_int16(rng, tmp_path, objects):
    # Convolution, depthwise scale (of channels that fall), mean and dense layer.
    layers = tf.keras.layers
    tf.keras.utils.set_random_seed(1)
    image, features = tf.keras.Input((8, 9, 2)), tf.keras.Input((6,))
    norm = layers.BatchNormalization(gamma_initializer=tf.keras.initializers.RandomNormal())
    s = norm(layers.MaxPooling2D()(layers.Conv2D(5, 3, 2, padding="same")(image)))
    y = sbnn_keras.SparseBinaryConv2D(
        5, 3, padding="same", connections=0.3, input_quantizer="ste_sign"
    )(s)
    t = layers.Add()([s, y])
    u = layers.Add()([layers.GlobalAveragePooling2D()(t), layers.Dense(5)(features)])
    y = sbnn_keras.SparseBinaryDense(7, connections=0.5, input_quantizer="ste_sign")(u)
    xs = [rng.normal(size=(20, *i.shape[1:])).astype(np.float32) for i in (image, features)]
    model = sbnn_converter.convert_keras_model(
        tf.keras.Model([image, features], [s, u, y]),
        representative_dataset=lambda: ([x[i : i + 1] for x in xs] for i in range(20)),
        inference_input_type=tf.int8,
        inference_output_type=tf.int8,
    )
    assert {"CONV_2D", "DEPTHWISE_CONV_2D", "MEAN", "FULLY_CONNECTED"} <= ops_of(model)
    xs = [rng.integers(-128, 128, x.shape, np.int8) for x in xs]
    export = sbnn_converter.export_c(model, tmp_path)
    wanted = sbnn_converter.Interpreter(model).predict(xs)
    micro = sbnn_converter.micro.Interpreter(model).predict(xs)
    source = export.texts["src/model.c"]
    for name in ("conv2d", "depthwise", "mean", "dense"):
        assert f"sbnn_net_{name}_int16(" in source
    found = OnHost(export, tmp_path, objects, UNDEFINED).predict(*xs)
    for ours, host, there in zip(found, wanted, micro, strict=True):
        assert len(np.unique(host)) > 5
        np.testing.assert_array_equal(ours, host)
        np.testing.assert_array_equal(ours, there)


def test_other_ops_stay_refused_by_name(tmp_path):
    x = tf.keras.Input((8, 8))
    y = tf.keras.layers.Dot(2)([x, x])
    y = sbnn_keras.SparseBinaryDense(3, connections=0.3)(tf.keras.layers.Flatten()(y))
    model = sbnn_converter.convert_keras_model(tf.keras.Model(x, y))
    with pytest.raises(sbnn_converter.ConversionError, match="BATCH_MATMUL") as error:
        sbnn_converter.export_c(model, tmp_path)
    assert "\n" not in str(error.value)


def test_several_images_in_one_tensor_are_refused(tmp_path):
    x = tf.keras.Input((3, 6, 6, 2))
    y = tf.keras.layers.TimeDistributed(tf.keras.layers.Conv2D(2, 3))(x)
    y = sbnn_keras.SparseBinaryDense(3, connections=0.3)(tf.keras.layers.Flatten()(y))
    model = sbnn_converter.convert_keras_model(tf.keras.Model(x, y))
    with pytest.raises(sbnn_converter.ConversionError, match="batch of 3") as error:
        sbnn_converter.export_c(model, tmp_path)
    assert "\n" not in str(error.value)
