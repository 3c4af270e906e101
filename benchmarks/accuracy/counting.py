"""Instructions of a trained network on an emulated Cortex-M4, and its memory."""

import json
import os
from pathlib import Path

_IMAGES = 5  # of the test set that run; the most instructions count


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
    inputs = host.quantize(prepared(x_test[:_IMAGES]))
    return _counted(converted, "cortex-m4", inputs, run_name)


def measure_float(converted: bytes, run_name: str, data) -> dict:
    """What a float32 network takes on a Cortex-M4F, with our float kernels in C.

    Raises:
      RuntimeError: the emulated network answers differently.
    """
    from data import pixels

    inputs = pixels(data[2][:_IMAGES]).numpy()
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


def add_to(result_file: Path, folder: Path, samples) -> dict:
    """Measures the trained network of a run, and adds what it took to its result.

    Args:
      result_file: of the run.
      folder: with its trained model.
      samples: as from `data.load`.

    Returns:
      The result.
    """
    import outcome
    import tensorflow as tf

    result = json.loads(result_file.read_text())
    if result["method"] == "float":
        found = measure_float((folder / "model.tflite").read_bytes(), result["run"], samples)
    else:
        model = tf.keras.models.load_model(folder / "model.h5", compile=False)
        found = measure(model, result["run"], samples)
    result["cortex_m4"] = {"commit": outcome.commit(), **found}
    half = result_file.with_suffix(f".{os.getpid()}")
    half.write_text(outcome.to_json(result))
    half.replace(result_file)
    print(f"{result['run']}: {found['instructions']:,} instructions", flush=True)
    return result
