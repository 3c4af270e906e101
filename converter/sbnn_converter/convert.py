"""From a Keras model to a TFLite flatbuffer."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import tensorflow as tf

from sbnn_converter.emitter.edited import edited_ops, still_there
from sbnn_converter.emitter.editor import FlatbufferEditor
from sbnn_converter.emitter.emit import Int8, emit
from sbnn_converter.emitter.runnable import check_runnable
from sbnn_converter.errors import ConversionError, converting
from sbnn_converter.forms import choose_forms, narrow_constants
from sbnn_converter.framework import IS_KERAS_2, face
from sbnn_converter.framework.backend import backend_of_keras
from sbnn_converter.graph import Graph, SbnnOp
from sbnn_converter.importer import import_model
from sbnn_converter.in_tensorflow import convert_in_tensorflow
from sbnn_converter.options import ConversionOptions, _validate_options
from sbnn_converter.passes import run_passes
from sbnn_converter.quantization import quantize, speak_int8
from sbnn_converter.tflite.damage import DamagedFile
from sbnn_converter.tflite.verify import verify
from sbnn_keras.moving import to_keras_2


def convert_keras_model(
    model: tf.keras.Model,
    *,
    inference_input_type: tf.DType | str = tf.float32,
    inference_output_type: tf.DType | str = tf.float32,
    representative_dataset: Callable[[], Iterable[list[np.ndarray]]] | None = None,
    weight_code: str = "auto",
    optimize_for: str | None = None,
    target_mcu: str | None = None,
    ram_kb: float | None = None,
    progress: Callable[[str], None] | None = None,
) -> bytes:
    """Converts a Keras model with sparse binary layers to TFLite.

    ```python
    model_bytes = sbnn_converter.convert_keras_model(model)
    Path("model.tflite").write_bytes(model_bytes)
    sbnn_converter.Interpreter(model_bytes).predict(images)  # [n, 28, 28, 1]

    def samples():  # for int8: a few hundred real samples, one at a time
        for image in images[:200]:
            yield [image[None]]

    sbnn_converter.convert_keras_model(
        model,
        inference_input_type=tf.int8,
        inference_output_type=tf.int8,
        representative_dataset=samples,
    )
    ```

    Binary layers become SBNN custom ops (``docs/format.md``), batch
    normalization and signs integer thresholds inside them. All other layers are
    converted by ``tf.lite.TFLiteConverter``.

    In a process where Keras 3 computes with JAX or PyTorch, another process with
    TensorFlow does it, from a copy of the model in a temporary file.

    Args:
      model: a built Sequential or Functional model with fixed spatial
        dimensions, of Keras 2, or of Keras 3 with any backend.
      inference_input_type: type of the converted model's inputs: float32, int8
        or uint8.
      inference_output_type: type of its outputs, likewise. A float32 output of a network
        whose last layer with weights is binary is never rounded to int8, whatever its
        inputs and inner layers are.
      representative_dataset: as TFLiteConverter's: a function whose result
        iterates over samples, each a list with one float array for each input, of
        shape ``[1, ...]``. With it, everything that is not binary becomes int8;
        int8 and uint8 need it.
      weight_code: ``"bitmap"``, ``"rice"``, ``"golomb"``, ``"sliced"`` or ``"bytes"`` for all
        layers that have this form, or ``"auto"``: as ``optimize_for`` says.
      optimize_for: ``"size"``: the smallest file; ``"speed"``: the fewest
        instructions on a microcontroller, at the cost of flash and memory; ``None``:
        the smallest file that takes at most 1.5 times the instructions of the
        fastest (``docs/performance.md``).
      target_mcu: core whose instructions count, such as ``"cortex-m0"``; the default
        is a Cortex-M4. ``sbnn_converter.estimate_network`` tells what the result
        takes there.
      ram_kb: RAM for the network in KB of 1,024 bytes, if it is known: the fastest
        way through the network that fits is taken.
      progress: called with what is being done, a few words, before each step.

    Returns:
      The flatbuffer. ``sbnn_converter.Interpreter`` runs it on a host,
      ``sbnn_converter.micro.Interpreter`` in TensorFlow Lite Micro.

    Raises:
      ConversionError: the model holds something that cannot be converted; the
        message names the layer, what it found and what is wanted. Or an option has
        a value that it cannot have.
    """
    options = _validate_options(
        inference_input_type=inference_input_type,
        inference_output_type=inference_output_type,
        representative_dataset=representative_dataset,
        weight_code=weight_code,
        optimize_for=optimize_for,
        target_mcu=target_mcu,
        ram_kb=ram_kb,
    )
    report = progress or (lambda step: None)
    if not IS_KERAS_2 and backend_of_keras() != "tensorflow":
        return convert_in_tensorflow(model, options, report)
    with face.inference():
        return _converted(model, options, report)


def _converted(model, options: ConversionOptions, report: Callable[[str], None]) -> bytes:
    report("reading the layers")
    with converting():
        graph = import_model(_in_keras_at_hand(model))
    report("fusing layers and coding weights")
    run_passes(graph, report)
    report("writing the flatbuffer with TFLiteConverter")
    int8 = None
    with converting():
        if options.representative_dataset is not None:
            int8 = quantize(graph, options.representative_dataset, options.inference_output_type)
        flatbuffer = emit(graph, int8, options.weight_code)
    flatbuffer = finish(flatbuffer, graph, int8, options, report)
    with converting():
        _check_result(flatbuffer)
        check_runnable(flatbuffer, graph)
    return flatbuffer


def _in_keras_at_hand(model):
    """The model itself, or one of Keras 3 moved into layers of Keras 2 where that is at hand.

    Raises:
      ConversionError: it cannot be moved.
    """
    if not (IS_KERAS_2 and face.is_of_other(model)):
        return model
    try:
        return to_keras_2(model)
    except (ImportError, TypeError, ValueError) as error:
        raise ConversionError(f"cannot convert a model of Keras 3: {error}") from error


def finish(
    model: bytes,
    graph: Graph,
    int8: Int8 | None,
    options: ConversionOptions,
    report: Callable[[str], None],
) -> bytes:
    """Makes the file of what the emitter wrote.

    Args:
      model: a flatbuffer whose ops of ours read and write bits and floats, in any form.
      graph: what it was written from.
      int8: how it was quantized.
      options: what the user wants.
      report: called with what is being done.
    """
    with converting():
        editor = FlatbufferEditor(model)
        ops = edited_ops(editor, [n for n in graph.nodes() if isinstance(n, SbnnOp)])
        if int8 is None and not ops:
            return model
        if int8 is not None:
            ports = options.inference_input_type, options.inference_output_type
            speak_int8(editor, ops, graph, int8, *ports)
    report("choosing the form of each layer")
    with converting():
        ops = still_there(editor, ops)
        for op in ops:
            op.store()
        narrow_constants(editor, ops)
        _check_result(editor.bytes())  # what follows reads it
        choose_forms(
            editor,
            ops,
            options.optimize_for,
            keep_codes=options.weight_code != "auto",
            core=options.target_mcu,
            ram_kb=options.ram_kb,
        )
        editor.drop_invented_names()
        editor.drop_converters_own()
        return editor.bytes()


def _check_result(flatbuffer: bytes) -> None:
    """Checks a result as every interpreter does before it runs one.

    Raises:
      ConversionError: it cannot run.
    """
    try:
        verify(flatbuffer)
    except DamagedFile as error:
        what = str(error).removesuffix("; convert the model again")
        raise ConversionError(
            f"the converted graph cannot run: {what}; please report it with the model"
        ) from error
