"""What is measured of a trained network, and the JSON that keeps it.

Sparse and ±1 networks are converted by `sbnn_converter`, float networks by
TFLiteConverter; each once with float32 and once with int8 inputs and outputs. Every
converted model answers the whole test set, in TFLite and in TensorFlow Lite Micro.
"""

import contextlib
import io
import json
import os
import subprocess
from pathlib import Path

import numpy as np
import tensorflow as tf
from data import pixels
from sources import PHOTOGRAPHS, SOUNDS

import sbnn_converter
from sbnn_converter.inspection import inspect_model
from sbnn_converter.runtimes.native_log import captured_stderr

_CALIBRATION = 300  # training images
# Connections above which the int8 faces answer only some of the test set: a ±1 network
# takes longer in TFLM than its training took. The float32 faces always answer all.
_MANY_CONNECTIONS = 200_000
_SOME_IMAGES = 1000
# Multiply-accumulates a sample above which TFLM's reference int8 kernels would take
# longer for the test set than the training of the network.
_MICRO_INT8_LIMIT = 10_000_000


def write(result_file: Path, run, model, history, data, folder: Path, source) -> dict:
    """Converts, compares and writes the result, whole or not at all."""
    x, _, x_test, y_test = data
    inputs = pixels(x_test).numpy()
    keras = model.predict(inputs, batch_size=500, verbose=0)
    result = {
        "run": run.name,
        "network": run.network,
        "method": run.method,
        "domain": run.domain,
        "target_connections": run.connections,
        "seed": run.seed,
        "recipe": run.recipe(),
        "changed": json.loads(run.change),
        "data": data_name(run.network, source),
        "command": command(run),
        "commit": commit(),
        "test_images": len(y_test),
        "accuracy": share_right(keras, y_test),
        "epochs": {
            key: [epoch[key] for epoch in history] for key in ("loss", "train", "test", "seconds")
        },
    }
    to_answer = (x, inputs, y_test, keras.argmax(1))
    if run.method == "float":
        result.update(_float(model, folder, *to_answer))
    else:
        try:
            result.update(_binary(model, folder, *to_answer))
        except sbnn_converter.ConversionError as error:
            # Networks ahead of the converter: the trained model waits in the folder.
            result["not_converted"] = str(error)
    result_file.parent.mkdir(parents=True, exist_ok=True)
    half = result_file.with_suffix(f".{os.getpid()}")
    half.write_text(to_json(result))
    half.replace(result_file)
    return result


def to_json(result: dict) -> str:
    """JSON with one line for each list."""
    text = json.dumps(result, indent=1)
    inner = json.JSONEncoder()
    for values in [*result["epochs"].values()]:
        indented = json.dumps(values, indent=1).replace("\n", "\n  ")
        text = text.replace(indented, inner.encode(values))
    return text + "\n"


def data_name(network: str, source) -> str:
    """What the data is called wherever a number stands."""
    if network in SOUNDS:
        return "spoken digits"
    if network not in PHOTOGRAPHS:
        return "MNIST"
    is_folder = source is not None and Path(source).is_dir()
    return "CIFAR-10 (JPEG q75)" if is_folder else "CIFAR-10"


def command(run) -> str:
    """The command line of a run, but for the data."""
    backend = run.recipe()["backend"]
    program = "python benchmarks/accuracy/train.py"
    if backend != "tensorflow":
        program = f"KERAS_BACKEND={backend} python benchmarks/accuracy/train_keras3.py"
    words = [f"{program} --data DATA", f"--network {run.network}"]
    words.append(f"--method {run.method}")
    if run.is_sparse:
        words.append(f"--domain {run.domain} --connections {run.connections:g}")
    words.append(f"--seed {run.seed}")
    if json.loads(run.change):
        words.append(f"--change '{run.change}'")
    return " ".join(words)


def commit() -> str:
    """The commit of the programs, with a + where files differ from it."""

    def git(*words):
        return subprocess.run(
            ["git", *words], cwd=Path(__file__).parent, capture_output=True, text=True
        ).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "..", "../../sbnn_keras")
    return (git("rev-parse", "--short=10", "HEAD") or "unknown") + ("+" if changed else "")


def share_right(outputs, labels) -> float:
    return round(float((outputs.argmax(1) == labels).mean()), 5)


def _samples(x):
    def samples():
        for image in x[:: max(1, len(x) // _CALIBRATION)]:
            yield [pixels(image[None]).numpy()]

    return samples


def _binary(model, folder, x, inputs, labels, keras) -> dict:
    converted = sbnn_converter.convert_keras_model(model)
    all_int8 = sbnn_converter.convert_keras_model(
        model,
        inference_input_type=tf.int8,
        inference_output_type=tf.int8,
        representative_dataset=_samples(x),
    )
    (folder / "model.tflite").write_bytes(converted)
    (folder / "model_int8.tflite").write_bytes(all_int8)
    micro = sbnn_converter.micro.Interpreter(converted)
    tflite = sbnn_converter.Interpreter(converted).predict(inputs)
    tflm = micro.predict(inputs)
    held = inspect_model(converted)
    some = _SOME_IMAGES if held.total.connections > _MANY_CONNECTIONS else len(inputs)
    int8 = sbnn_converter.Interpreter(all_int8)
    quantized = int8.quantize(inputs[:some])
    int8_micro = sbnn_converter.micro.Interpreter(all_int8)
    int8_tflite, int8_tflm = int8.predict(quantized), int8_micro.predict(quantized)
    return {
        "connections": round(held.total.density, 6),
        "layers": {layer.name: [layer.weights, layer.connections] for layer in held.layers},
        "model_bytes": len(converted),
        "weight_bytes": held.total.code_bytes,
        "bits_a_weight": round(held.total.bits_a_weight, 4),
        "entropy_bits_a_weight": round(held.total.entropy_bits_a_weight, 4),
        "accuracy_tflite": share_right(tflite, labels),
        "accuracy_tflm": share_right(tflm, labels),
        "differing_from_keras": {
            "tflite": int((tflite.argmax(1) != keras).sum()),
            "tflm": int((tflm.argmax(1) != keras).sum()),
            "tflite_int8": int((int8_tflite.argmax(1) != keras[:some]).sum()),
            "tflm_int8": int((int8_tflm.argmax(1) != keras[:some]).sum()),
        },
        "arena_bytes_64_bit_host": micro.arena_used_bytes,
        "int8": {
            "accuracy": share_right(int8_tflite, labels[:some]),
            "images": some,
            "model_bytes": len(all_int8),
            "arena_bytes_64_bit_host": int8_micro.arena_used_bytes,
        },
    }


def _float(model, folder, x, inputs, labels, keras) -> dict:
    converted, all_int8 = _tflite(model), _tflite(model, _samples(x))
    (folder / "model.tflite").write_bytes(converted)
    (folder / "model_int8.tflite").write_bytes(all_int8)
    tflite = sbnn_converter.Interpreter(converted).predict(inputs)
    int8 = sbnn_converter.Interpreter(all_int8)
    quantized = int8.quantize(inputs)
    int8_tflite = int8.predict(quantized)
    differing = {
        "tflite": int((tflite.argmax(1) != keras).sum()),
        "tflite_int8": int((int8_tflite.argmax(1) != keras).sum()),
    }
    by_kind = {"conv": 0, "dense": 0}
    for layer in model.layers:
        for name in ("kernel", "depthwise_kernel"):
            kernel = getattr(layer, name, None)
            if kernel is not None:
                kind = "dense" if len(kernel.shape) == 2 else "conv"
                by_kind[kind] += _multiplications(layer, kernel)
    if sum(by_kind.values()) <= _MICRO_INT8_LIMIT:
        int8_tflm = sbnn_converter.micro.Interpreter(all_int8).predict(quantized)
        differing["tflm_int8"] = int((int8_tflm.argmax(1) != keras).sum())
    return {
        "multiplications_by_kind": by_kind,
        "model_bytes": len(converted),
        "accuracy_tflite": share_right(tflite, labels),
        "differing_from_keras": differing,
        "int8": {
            "accuracy": share_right(int8_tflite, labels),
            "model_bytes": len(all_int8),
        },
    }


def _multiplications(layer, kernel) -> int:
    """Multiply-accumulates of a layer with a kernel, for one sample."""
    return kernel.shape.num_elements() * int(np.prod(layer.output_shape[1:-1]))


def _tflite(model, samples=None) -> bytes:
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if samples is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = samples
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    with captured_stderr(), contextlib.redirect_stdout(io.StringIO()):
        return converter.convert()
