"""Trains, converts and runs in the environment that runs it; what every supported one must do.

    python tests/compatibility/in_environment.py 2

2 or 3 says which Keras. Nothing is compared with recorded numbers but the golden files: Keras
itself, which this environment has, is what every runtime in it must answer like. The last
line is JSON: the versions of what was there, and the runtimes that were compared.
"""

from __future__ import annotations

import importlib.metadata
import json
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

KERAS = sys.argv[1]
GOLDEN = Path(__file__).parents[1] / "golden"
NAMES = [
    "tensorflow",
    "tf_keras",
    "keras",
    "larq",
    "tensorflow-model-optimization",
    "tflite-runtime",
    "ai-edge-litert",
    "tflite-micro",
    "numpy",
    "absl-py",
    "rich",
]

if KERAS == "2":
    import tensorflow as tf

    import sbnn_keras.keras2 as sbnn

    keras = tf.keras
else:
    import keras
    import tensorflow as tf

    import sbnn_keras.keras3 as sbnn

import sbnn_converter  # noqa: E402
from sbnn_converter.runtimes.interpreter import available_runtimes  # noqa: E402


def networks() -> dict:
    """Models by name, each with every kind of layer that behaves differently somewhere."""
    layers = keras.layers
    dense = keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            layers.Flatten(),
            sbnn.SparseBinaryDense(32, connections=0.2),
            sbnn.SparseBinaryDense(4, connections=0.2),
            layers.Softmax(),
        ]
    )
    image = keras.Input((12, 12, 1))
    x = sbnn.SparseBinaryConv2D(8, 3, padding="same", domain="signed", connections=0.3)(image)
    x = layers.BatchNormalization()(x)
    stream = sbnn.ResidualStream(6)(x)
    x = sbnn.SparseBinaryConv2D(8, 3, padding="same", domain="general")(stream)
    stream = sbnn.ResidualStream(6)([stream, layers.BatchNormalization()(x)])
    x = layers.Flatten()(layers.MaxPooling2D()(stream))
    return {"dense": dense, "residual": keras.Model(image, sbnn.SparseBinaryDense(4)(x))}


def interpreters(flatbuffer: bytes) -> dict:
    """An interpreter of every runtime that is installed here."""
    found = {
        name: sbnn_converter.Interpreter(flatbuffer, runtime=name) for name in available_runtimes()
    }
    found["tflite_micro"] = sbnn_converter.micro.Interpreter(flatbuffer)
    return found


def check_golden_files() -> int:
    """Files of all versions of the format, in all runtimes; how many there are."""
    files = sorted(GOLDEN.glob("version_*/*.tflite"))
    for file in files:
        recorded = np.load(file.with_suffix(".npz"))
        for name, interpreter in interpreters(file.read_bytes()).items():
            answer = interpreter.predict(recorded["inputs"])
            # TFLite's own float layers round in their own order.
            exact = answer.dtype != np.float32 or file.stem not in ("general", "signs")
            tolerance = dict(rtol=0, atol=0) if exact else dict(rtol=1e-5, atol=1e-5)
            where = f"{file.stem} in {name}"
            np.testing.assert_allclose(answer, recorded["outputs"], **tolerance, err_msg=where)
    return len(files)


def check_network(name: str, model, images, labels, folder: Path) -> None:
    """Trains, saves, opens and converts ``model``, in float and in int8, and compares."""
    softmax = name == "dense"
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=not softmax)
    model.compile(keras.optimizers.Adam(0.01), loss)
    schedule = sbnn.ConnectionsSchedule(sbnn.PolynomialDecay(0.5, 0.8, 0, 8, frequency=2))
    model.fit(images, labels, batch_size=16, epochs=3, verbose=0, callbacks=[schedule])
    answer = model.predict(images, verbose=0)

    for suffix in (".h5", ".keras"):
        model.save(folder / f"{name}{suffix}")
        again = keras.models.load_model(folder / f"{name}{suffix}")
        np.testing.assert_array_equal(again.predict(images, verbose=0), answer, err_msg=suffix)

    flatbuffer = sbnn_converter.convert_keras_model(model)
    for runtime, interpreter in interpreters(flatbuffer).items():
        found = interpreter.predict(images)
        np.testing.assert_allclose(found, answer, rtol=0, atol=1e-5, err_msg=runtime)

    in_int8 = sbnn_converter.convert_keras_model(
        model,
        inference_input_type=tf.int8,
        inference_output_type=tf.int8,
        representative_dataset=lambda: ([image[None]] for image in images),
    )
    answers = {}
    for runtime, interpreter in interpreters(in_int8).items():
        answers[runtime] = interpreter.predict(interpreter.quantize(images)).astype(int)
        apart = abs(interpreter.dequantize(answers[runtime]) - answer).mean() / np.ptp(answer)
        assert apart < 0.1, (name, runtime, apart)  # a check of the wiring, not of accuracy
    for runtime, found in answers.items():  # which round the last bit of a softmax differently
        apart = abs(found - answers["tflite_micro"]).max()
        assert apart <= (1 if softmax else 0), (name, runtime, apart)


def check_programs(folder: Path) -> None:
    """The programs convert and inspect what has been saved."""
    # They lie beside this Python, which is a link to another place where it is not resolved.
    programs = Path(sys.executable).parent
    for arguments in (
        ["sbnn-convert", "dense.h5", "-o", "dense.tflite", "--verify", "20"],
        ["sbnn-inspect", "dense.tflite"],
    ):
        command = [programs / arguments[0], *arguments[1:]]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in NAMES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def main() -> None:
    rng = np.random.default_rng(0)
    # Whole 128ths: sums of them are exact, and no runtime rounds one to the other side of a sign.
    images = (rng.integers(0, 128, (64, 12, 12, 1)) / 128).astype("float32")
    labels = rng.integers(0, 4, 64)
    keras.utils.set_random_seed(0)
    files = check_golden_files()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for title, model in networks().items():
            check_network(title, model, images, labels, folder)
        check_programs(folder)
    runtimes = [*available_runtimes(), "tflite_micro"]
    print(json.dumps({"versions": versions(), "runtimes": runtimes, "golden_files": files}))


if __name__ == "__main__":
    main()
