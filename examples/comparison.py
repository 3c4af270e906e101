"""What a converted network costs, beside the same architecture in int8 and float."""

import contextlib
import io
from pathlib import Path

import numpy as np

# Instructions of CMSIS-NN's int8 kernels on a Cortex-M4 a multiplication, as measured
# for one layer each: docs/performance.md.
CMSIS_NN_CONV = 66_471_000 / 37_748_736
CMSIS_NN_DENSE = 504_200 / 262_144


def beside_int8(model_file: Path, float_model, images) -> dict:
    """Entries for a result: bits a weight, bytes of int8 and float, instructions.

    Args:
      model_file: the sparse binary network, converted.
      float_model: the same architecture in float, a Keras model.
      images: float32, some to calibrate int8 with.
    """
    from sbnn_converter.inspection import inspect_model

    model = model_file.read_bytes()
    cost = inspect_model(model).total
    count, how = instructions(model)
    return {
        "bits_a_weight": cost.bits_a_weight,
        "entropy_bits_a_weight": cost.entropy_bits_a_weight,
        "float32_tflite_bytes": len(tflite(float_model)),
        "int8_tflite_bytes": len(tflite(float_model, images[:200])),
        "cortex_m4_instructions": count,
        "cortex_m4_instructions_are": how,
        "int8_cortex_m4_instructions_estimated": int8_instructions(float_model),
    }


def tflite(model, images: np.ndarray | None = None) -> bytes:
    """What TFLiteConverter makes of a float network: float32, or int8 with `images`."""
    import tensorflow as tf
    from sbnn_converter.runtimes.native_log import captured_stderr

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if images is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([x[None]] for x in images)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    with captured_stderr(), contextlib.redirect_stdout(io.StringIO()):
        return converter.convert()


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
