"""Counts the instructions of trained networks on an emulated Cortex-M4.

    python benchmarks/accuracy/measure.py --mnist mnist.npz --cifar10 FOLDER

takes the trained models of `--work`, converts each to int8 up to its logits, exports
it as standalone C, runs test images on the emulated core, and adds what it took to
the run's JSON (`cortex_m4`). Needs an ARM compiler and QEMU (`make cross-tools`).
Networks that were measured with the same commit are left alone.
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from absl import app, flags

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

_MNIST = flags.DEFINE_string("mnist", None, "MNIST as .npz; default: Keras's download.")
_CIFAR10 = flags.DEFINE_string(
    "cifar10", None, "CIFAR-10, a folder of images or .npz; default: Keras's download."
)
_WORK = flags.DEFINE_string("work", "build/accuracy", "Folder with trained models.")
_RESULTS = flags.DEFINE_string("results", str(HERE / "results"), "Folder of results.")
_IMAGES = flags.DEFINE_integer("images", 5, "Test images to run; the most counts.", 1)


def logits(model):
    """The network from the pixels, each in its own sign, to the logits.

    The signs of `AlternatingSigns` are left to whoever fills the input: a negation a
    pixel. Softmax does not change which class is the largest.
    """
    import tensorflow as tf

    import sbnn_keras

    layers = [
        layer
        for layer in model.layers
        if not isinstance(layer, (tf.keras.layers.Softmax, sbnn_keras.AlternatingSigns))
    ]
    return tf.keras.Sequential([tf.keras.Input(model.input_shape[1:]), *layers])


def measure(model, run_name: str, data) -> dict:
    """What the network takes on a Cortex-M4, and that it answers as TFLite does.

    Raises:
      RuntimeError: the emulated network answers differently.
    """
    import numpy as np
    import tensorflow as tf
    from data import pixels

    import sbnn_converter
    import sbnn_keras
    from sbnn_converter import emulation
    from sbnn_converter.standalone import plan_export, trial

    signs = [x for x in model.layers if isinstance(x, sbnn_keras.AlternatingSigns)]

    def prepared(images):
        return (signs[0](pixels(images)) if signs else pixels(images)).numpy()

    x, _, x_test, _ = data

    def samples():
        for image in x[:: len(x) // 300]:
            yield [prepared(image[None])]

    converted = sbnn_converter.convert_keras_model(
        logits(model),
        inference_input_type=tf.int8,
        inference_output_type=tf.int8,
        representative_dataset=samples,
    )
    host = sbnn_converter.Interpreter(converted)
    scale, zero = host.input_details[0]["quantization"]
    inputs = np.round(prepared(x_test[: _IMAGES.value]) / scale) + zero
    inputs = np.clip(inputs, -128, 127).astype(np.int8)
    done = trial.try_on(plan_export(converted), emulation.CORES["cortex-m4"], [inputs])
    if not np.array_equal(done.outputs[0], host.predict(inputs)):
        raise RuntimeError(f"{run_name}: the emulated network answers differently")
    return {
        "instructions": done.instructions,
        "instructions_by_op": done.by_op,
        "model_bytes": len(converted),
        "flash_bytes": done.flash_bytes,
        "ram_bytes": done.ram_bytes,
        "stack_bytes": done.stack_bytes,
    }


def main(_):
    import data
    import architectures  # noqa: F401  (selects Keras 2)
    import outcome
    import tensorflow as tf

    loaded = {}
    now = outcome.commit()
    for path in sorted(Path(_RESULTS.value).glob("*.json")):
        result = json.loads(path.read_text())
        model_file = Path(_WORK.value) / result["run"] / "model.h5"
        if result["method"] == "float" or not model_file.exists():
            continue
        if result.get("cortex_m4", {}).get("commit") == now:
            continue
        network = result["network"]
        source = _CIFAR10.value if network.startswith("binarynet") else _MNIST.value
        if source not in loaded:
            loaded[source] = data.load(source, network)
        model = tf.keras.models.load_model(model_file, compile=False)
        found = measure(model, result["run"], loaded[source])
        result["cortex_m4"] = {"commit": now, **found}
        half = path.with_suffix(f".{os.getpid()}")
        half.write_text(outcome.to_json(result))
        half.replace(path)
        print(f"{result['run']}: {found['instructions']:,} instructions", flush=True)


if __name__ == "__main__":
    app.run(main)
