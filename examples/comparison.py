"""What a network costs on a microcontroller, and int8 and float files to compare."""

import contextlib
import io

import numpy as np

# Instructions of CMSIS-NN's int8 kernels on a Cortex-M4 a multiplication, as measured
# for one layer each: docs/performance.md.
CMSIS_NN_CONV = 66_471_000 / 37_748_736
CMSIS_NN_DENSE = 504_200 / 262_144


def figures(model: bytes, accuracy: float, bits: float | None = None) -> dict:
    """What a converted network takes.

    Args:
      model: the flatbuffer.
      accuracy: of its answers.
      bits: a weight, of a network that is not binary.

    Returns:
      `accuracy`, `bytes`, `arena_bytes` in TensorFlow Lite Micro (None where that is
      not installed), `instructions` of a sample on a Cortex-M4 (None where nothing is
      known), whether these are `estimated`, and `bits_a_weight`.
    """
    from sbnn_converter.inspection import inspect_model

    count, estimated = (None, False) if bits else instructions(model)
    return {
        "accuracy": accuracy,
        "bytes": len(model),
        "arena_bytes": arena_bytes(model),
        "instructions": count,
        "estimated": estimated,
        "bits_a_weight": bits or inspect_model(model).total.bits_a_weight,
    }


def arena_bytes(model: bytes) -> int | None:
    """Arena of TensorFlow Lite Micro on this host; None where it is not installed."""
    import sbnn_converter

    try:
        return sbnn_converter.micro.Interpreter(model).arena_used_bytes
    except ImportError:
        return None


def tflite(model, images: np.ndarray | None = None) -> bytes:
    """What TFLiteConverter makes of a float network: float32, or int8 with `images`.

    With images, inputs and outputs are int8, too.
    """
    import tensorflow as tf

    from sbnn_converter.runtimes.native_log import captured_stderr

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if images is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([x[None]] for x in images)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    with captured_stderr(), contextlib.redirect_stdout(io.StringIO()):
        return converter.convert()


def instructions(model: bytes) -> tuple[int, bool]:
    """Instructions of a sample on a Cortex-M4, and whether they are estimated.

    Counted in QEMU where it and an ARM compiler are installed (`make cross-tools`) and
    the network can be written as plain C; else estimated, without ops that have no C kernel.
    """
    import sbnn_converter
    from sbnn_converter import emulation

    try:
        return sbnn_converter.micro.profile(model).instructions, False
    except (emulation.MissingTools, sbnn_converter.ConversionError):
        return sbnn_converter.estimate_network(model).instructions, True


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
