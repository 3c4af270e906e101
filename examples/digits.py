"""From a Keras script to a microcontroller's answer, on real handwritten digits.

Trains a small sparse binary network on scikit-learn's 8x8 digits (scans, no
download), converts it, and asks Keras, TFLite and TensorFlow Lite Micro for their
predictions on the same test set. The same architecture is trained alike as a Larq
BNN and in float, for comparison.

    python examples/digits.py --connections 0.05 --epochs 40 --seed 1
"""

import contextlib
import functools
import io
import json
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from absl import app, flags

_CONNECTIONS = flags.DEFINE_float(
    "connections", 0.05, "Share of ones in the hidden binary layers.", 0.0, 1.0
)
_DOMAIN = flags.DEFINE_enum(
    "domain", "01", ["01", "general"], "Domain of the sparse weights."
)
_METHOD = flags.DEFINE_enum(
    "method",
    "schedule",
    ["schedule", "constraint"],
    "schedule: the share travels down and ends exactly there; constraint: the "
    "published penalty on the loss.",
)
_EPOCHS = flags.DEFINE_integer("epochs", 40, "Epochs for each network.", 1)
_SEED = flags.DEFINE_integer("seed", 1, "Seed of weights and of the data's order.")
_OUT = flags.DEFINE_string(
    "out", "build/digits", "Folder for the models, the .tflite file and result.json."
)

BATCH = 32


def digits():
    """Images [n, 8, 8, 1] in multiples of 1/16, and labels: train and test."""
    import numpy as np
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    images, labels = load_digits(return_X_y=True)
    images = (images / 16).astype(np.float32).reshape(-1, 8, 8, 1)
    return train_test_split(
        images, labels, test_size=0.25, random_state=0, stratify=labels
    )


def network(name: str, conv, dense):
    """Two convolutions and two dense layers.

    ``conv`` and ``dense`` make the layers; the first and last of each network are
    told so by ``first=True`` and ``last=True``.
    """
    import tensorflow as tf

    layers = tf.keras.layers
    return tf.keras.Sequential(
        [
            tf.keras.Input((8, 8, 1)),
            conv(32, first=True),
            layers.BatchNormalization(),
            conv(64),
            layers.MaxPooling2D(2),
            layers.BatchNormalization(),
            layers.Flatten(),
            dense(128),
            layers.BatchNormalization(),
            dense(10, last=True),
            layers.Softmax(),
        ],
        name=name,
    )


def sparse_network(connections: float | None, domain: str):
    """Weights 0 and 1. The first and last layer have few weights and stay denser.

    Without ``connections`` the layers hold no share of their own.
    """
    import sbnn_keras

    denser = connections and min(1.0, 4 * connections)

    def conv(filters, first=False):
        return sbnn_keras.SparseBinaryConv2D(
            filters,
            3,
            padding="same",
            domain=domain,
            connections=denser if first else connections,
        )

    def dense(units, last=False):
        return sbnn_keras.SparseBinaryDense(
            units, domain=domain, connections=denser if last else connections
        )

    return network("sbnn", conv, dense)


def larq_network():
    """Weights -1 and +1."""
    import larq as lq

    binary = dict(
        kernel_quantizer="ste_sign", kernel_constraint="weight_clip", use_bias=False
    )

    def conv(filters, first=False):
        signs = None if first else "ste_sign"
        return lq.layers.QuantConv2D(
            filters, 3, padding="same", input_quantizer=signs, **binary
        )

    def dense(units, last=False):
        return lq.layers.QuantDense(units, input_quantizer="ste_sign", **binary)

    return network("larq_bnn", conv, dense)


def float_network():
    import tensorflow as tf

    layers = tf.keras.layers

    def conv(filters, first=False):
        return layers.Conv2D(filters, 3, padding="same", activation="relu")

    def dense(units, last=False):
        return layers.Dense(units, activation=None if last else "relu")

    return network("float32", conv, dense)


def train(model, data, epochs: int, progress, callbacks=(), loss=None):
    """Adam with a cosine decay; the same for all networks."""
    import tensorflow as tf

    x_train, x_test, y_train, y_test = data
    steps = epochs * -(-len(x_train) // BATCH)
    rate = tf.keras.optimizers.schedules.CosineDecay(5e-3, steps)
    model.compile(
        tf.keras.optimizers.Adam(rate),
        loss or "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    task = progress.add_task(f"training {model.name}", total=epochs)

    def show(_, logs):
        progress.update(
            task,
            advance=1,
            description=f"training {model.name}, accuracy {logs['accuracy']:.3f}",
        )

    watch = tf.keras.callbacks.LambdaCallback(on_epoch_end=show)
    model.fit(
        x_train,
        y_train,
        BATCH,
        epochs,
        verbose=0,
        callbacks=[watch, *callbacks],
    )
    return steps


def connection_schedule(epochs: int, samples: int, connections: float):
    """Half of all weights at the start, the target after 70 % of the steps."""
    from tensorflow_model_optimization.sparsity.keras import PolynomialDecay

    import sbnn_keras

    steps = epochs * -(-samples // BATCH)
    return sbnn_keras.ConnectionsSchedule(
        PolynomialDecay(0.5, 1 - connections, 0, int(0.7 * steps), frequency=10)
    )


def tflite_bytes(model, representative=None) -> bytes:
    """What TFLiteConverter makes of a float network: float32, or int8."""
    import tensorflow as tf
    from sbnn_converter.runtimes.native_log import captured_stderr

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if representative is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([x[None]] for x in representative)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    with captured_stderr(), contextlib.redirect_stdout(io.StringIO()):
        return converter.convert()


# Instructions of CMSIS-NN's int8 kernels on a Cortex-M4 a multiplication, as measured
# for one layer each: docs/performance.md.
CMSIS_NN_CONV = 66_471_000 / 37_748_736
CMSIS_NN_DENSE = 504_200 / 262_144


def instructions(model: bytes) -> tuple[int, str]:
    """Instructions of a sample on a Cortex-M4, and how they were found.

    Counted in QEMU where it and an ARM compiler are installed (`make cross-tools`).
    """
    import sbnn_converter
    from sbnn_converter import emulation

    try:
        return sbnn_converter.micro.profile(model).instructions, "counted in QEMU"
    except emulation.MissingTools:
        return sbnn_converter.estimate_network(model).instructions, "estimated"


def int8_instructions(model) -> int:
    """An estimate for the float network in int8, by its multiplications."""
    import tensorflow as tf

    total = 0.0
    for layer in model.layers:
        if isinstance(layer, tf.keras.layers.Conv2D):
            positions = layer.output_shape[1] * layer.output_shape[2]
            total += CMSIS_NN_CONV * positions * tf.size(layer.kernel).numpy()
        elif isinstance(layer, tf.keras.layers.Dense):
            total += CMSIS_NN_DENSE * tf.size(layer.kernel).numpy()
    return round(total)


def accuracy(predictions, labels) -> float:
    return float((predictions.argmax(1) == labels).mean())


def main(_):
    from rich.console import Console
    from rich.progress import Progress

    console = Console()
    started = time.time()
    with console.status("loading TensorFlow"):
        import sbnn_converter
        import tensorflow as tf

        import sbnn_keras

    out = Path(_OUT.value)
    out.mkdir(parents=True, exist_ok=True)
    data = x_train, x_test, y_train, y_test = digits()
    connections, epochs = _CONNECTIONS.value, _EPOCHS.value
    is_schedule = _METHOD.value == "schedule"
    console.print(
        f"{len(x_train)} digits to train on, {len(x_test)} to test, "
        f"{connections:.0%} connections, {epochs} epochs, seed {_SEED.value}"
    )

    models = {}
    with Progress(console=console) as progress:
        for build in (
            functools.partial(
                sparse_network, connections if is_schedule else None, _DOMAIN.value
            ),
            larq_network,
            float_network,
        ):
            tf.keras.utils.set_random_seed(_SEED.value)
            model = build()
            callbacks, loss = [], None
            if model.name == "sbnn" and is_schedule:
                callbacks = [connection_schedule(epochs, len(x_train), connections)]
            elif model.name == "sbnn":
                constraint = sbnn_keras.ExpectedConnections(connections, gamma=0.2)
                loss = constraint.loss("sparse_categorical_crossentropy", model)
                callbacks = [constraint]
            train(model, data, epochs, progress, callbacks, loss)
            model.save(out / f"{model.name}.h5")
            models[model.name] = model

    sbnn_keras.summary(models["sbnn"])

    with console.status("converting"):
        converted = sbnn_converter.convert_keras_model(models["sbnn"])
        (out / "sbnn.tflite").write_bytes(converted)
        float_tflite = tflite_bytes(models["float32"])
        int8_tflite = tflite_bytes(models["float32"], x_train[:200])

    with console.status("counting instructions of a Cortex-M4"):
        for_mcu = sbnn_converter.convert_keras_model(
            models["sbnn"],
            inference_input_type=tf.int8,
            inference_output_type=tf.int8,
            representative_dataset=lambda: ([x[None]] for x in x_train[:200]),
        )
        (out / "sbnn_int8.tflite").write_bytes(for_mcu)
        mcu_instructions, how = instructions(for_mcu)

    with console.status("asking Keras, TFLite and TensorFlow Lite Micro"):
        keras = models["sbnn"].predict(x_test, verbose=0)
        host = sbnn_converter.Interpreter(converted)
        tflite = host.predict(x_test)
        micro = sbnn_converter.micro.Interpreter(converted)
        tflm = micro.predict(x_test)
        baselines = {
            name: accuracy(models[name].predict(x_test, verbose=0), y_test)
            for name in ("larq_bnn", "float32")
        }

    from sbnn_converter.inspection import inspect_model

    cost = inspect_model(converted).total
    differing = int(
        (
            (keras.argmax(1) != tflite.argmax(1)) | (keras.argmax(1) != tflm.argmax(1))
        ).sum()
    )
    result = {
        "connections_wanted": connections,
        "connections": cost.connections / cost.weights,
        "domain": _DOMAIN.value,
        "method": _METHOD.value,
        "epochs": epochs,
        "seed": _SEED.value,
        "accuracy_keras": accuracy(keras, y_test),
        "accuracy_tflite": accuracy(tflite, y_test),
        "accuracy_tflm": accuracy(tflm, y_test),
        "accuracy_larq_bnn": baselines["larq_bnn"],
        "accuracy_float32": baselines["float32"],
        "test_images": len(y_test),
        "differing_predictions": differing,
        "model_bytes": len(converted),
        "float32_tflite_bytes": len(float_tflite),
        "int8_tflite_bytes": len(int8_tflite),
        "bits_a_weight": cost.bits_a_weight,
        "entropy_bits_a_weight": cost.entropy_bits_a_weight,
        "tflm_arena_bytes": micro.arena_used_bytes,
        "cortex_m4_instructions": mcu_instructions,
        "cortex_m4_instructions_are": how,
        "int8_cortex_m4_instructions_estimated": int8_instructions(models["float32"]),
        "tflite_runtime": host.runtime,
        "seconds": round(time.time() - started, 1),
    }
    (out / "result.json").write_text(json.dumps(result, indent=2) + "\n")
    print_result(console, result)
    console.print(f"models and result.json are in {out}/")
    if differing:
        raise SystemExit(f"{differing} predictions differ between the runtimes")


def print_result(console, r: dict) -> None:
    from rich.table import Table

    table = Table(title="digits: one network, three runtimes", title_justify="left")
    table.add_column("")
    table.add_column("", justify="right")
    rows = [
        ("accuracy in Keras", f"{r['accuracy_keras']:.2%}"),
        (f"accuracy in TFLite ({r['tflite_runtime']})", f"{r['accuracy_tflite']:.2%}"),
        ("accuracy in TensorFlow Lite Micro", f"{r['accuracy_tflm']:.2%}"),
        (
            "predictions that differ between them",
            f"{r['differing_predictions']} of {r['test_images']}",
        ),
        ("accuracy of the same network as a Larq BNN", f"{r['accuracy_larq_bnn']:.2%}"),
        ("accuracy of the same network in float32", f"{r['accuracy_float32']:.2%}"),
        ("connections", f"{r['connections']:.2%}"),
        ("model, bytes", f"{r['model_bytes']:,}"),
        (
            "float32 TFLite of the same architecture, bytes",
            f"{r['float32_tflite_bytes']:,}",
        ),
        ("int8 TFLite of the same architecture, bytes", f"{r['int8_tflite_bytes']:,}"),
        ("bits a weight", f"{r['bits_a_weight']:.3f}"),
        ("bits a weight at the entropy bound", f"{r['entropy_bits_a_weight']:.3f}"),
        (
            "TensorFlow Lite Micro arena, bytes (64-bit host)",
            f"{r['tflm_arena_bytes']:,}",
        ),
        (
            f"Cortex-M4 instructions, int8 in and out ({r['cortex_m4_instructions_are']})",
            f"{r['cortex_m4_instructions']:,}",
        ),
        (
            "int8 by CMSIS-NN, by its multiplications (estimated)",
            f"{r['int8_cortex_m4_instructions_estimated']:,}",
        ),
    ]
    for row in rows:
        table.add_row(*row)
    console.print(table)


if __name__ == "__main__":
    app.run(main)
