"""Counts the instructions of trained networks on an emulated Cortex-M4.

    python benchmarks/accuracy/measure.py --mnist mnist.npz --cifar10 FOLDER

takes the trained models of `--work`, converts each to int8 up to its logits, exports
it as standalone C, runs test images on the emulated core, and adds what it took to
the run's JSON (`cortex_m4`). Float networks stay in float32 and run on a Cortex-M4
with a floating-point unit. Needs an ARM compiler and QEMU (`make cross-tools`).
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

from sources import SOUNDS, check  # noqa: E402

_MNIST = flags.DEFINE_string("mnist", None, "MNIST as .npz; default: Keras's download.")
_CIFAR10 = flags.DEFINE_string(
    "cifar10", None, "CIFAR-10, a folder of images or .npz; default: Keras's download."
)
_SOUNDS = flags.DEFINE_string("sounds", None, "Spoken digits as .npz; nobody downloads them.")
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

    if not isinstance(model, tf.keras.Sequential):  # of the package's own, with a softmax
        return tf.keras.Model(model.inputs, model.layers[-1].input)
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
    import tensorflow as tf
    from data import pixels

    import sbnn_converter
    import sbnn_keras

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
    inputs = host.quantize(prepared(x_test[: _IMAGES.value]))
    return _counted(converted, "cortex-m4", inputs, run_name)


def measure_float(converted: bytes, run_name: str, data) -> dict:
    """What a float32 network takes on a Cortex-M4F, with our float kernels in C.

    Raises:
      RuntimeError: the emulated network answers differently.
    """
    from data import pixels

    inputs = pixels(data[2][: _IMAGES.value]).numpy()
    return _counted(converted, "cortex-m4f", inputs, run_name)


def _counted(converted: bytes, core: str, inputs, run_name: str) -> dict:
    import numpy as np

    import sbnn_converter
    from sbnn_converter import emulation
    from sbnn_converter.emulation import trial
    from sbnn_converter.standalone import plan_export

    done = trial.try_on(plan_export(converted), emulation.CORES[core], [inputs])
    host = sbnn_converter.Interpreter(converted).predict(inputs)
    # Float sums depend on their order.
    tolerance = 1e-4 * np.ptp(host) if host.dtype.kind == "f" else 0
    if not np.allclose(done.outputs[0], host, rtol=0, atol=tolerance):
        raise RuntimeError(f"{run_name}: the emulated network answers differently")
    return {
        "core": core,
        "instructions": done.instructions,
        "instructions_by_op": done.by_op,
        "model_bytes": len(converted),
        "flash_bytes": done.flash_bytes,
        "ram_bytes": done.ram_bytes,
        "stack_bytes": done.stack_bytes,
    }


def main(_):
    check("mnist", _MNIST.value)
    check("cifar10", _CIFAR10.value)
    check("sounds", _SOUNDS.value)
    import architectures  # noqa: F401  (selects Keras 2)
    import data
    import outcome
    import tensorflow as tf

    loaded = {}
    now = outcome.commit()
    for path in sorted(Path(_RESULTS.value).glob("*.json")):
        result = json.loads(path.read_text())
        folder = Path(_WORK.value) / result["run"]
        if not (folder / "model.h5").exists():
            continue
        if result.get("cortex_m4", {}).get("commit") == now:
            continue
        network = result["network"]
        source = _CIFAR10.value if network.startswith("binarynet") else _MNIST.value
        source = _SOUNDS.value if network in SOUNDS else source
        if source not in loaded:
            loaded[source] = data.load(source, network)
        if result["method"] == "float":
            converted = (folder / "model.tflite").read_bytes()
            found = measure_float(converted, result["run"], loaded[source])
        else:
            model = tf.keras.models.load_model(folder / "model.h5", compile=False)
            found = measure(model, result["run"], loaded[source])
        result["cortex_m4"] = {"commit": now, **found}
        half = path.with_suffix(f".{os.getpid()}")
        half.write_text(outcome.to_json(result))
        half.replace(path)
        print(f"{result['run']}: {found['instructions']:,} instructions", flush=True)


if __name__ == "__main__":
    app.run(main)
