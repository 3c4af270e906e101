"""Writes the converter's graph as a TFLite flatbuffer.

The graph is traced into a TensorFlow function in which every ``SbnnOp`` is a
function of its own, marked so that TFLiteConverter keeps it as one custom op.
Everything else in the trace is what Keras computes, and TFLiteConverter's.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import tempfile

import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.bit_planes import plane_words
from sbnn_converter.errors import ConversionError
from sbnn_converter.runtimes.native_log import captured_stderr
from sbnn_converter.tflite.flatbuffer import read_sbnn_ops
from sbnn_converter.tflite.format_version import FORMAT_VERSION
from sbnn_converter.tflite.names import code_tensor_name
from sbnn_converter.tflite.ports import order_ports


@dataclasses.dataclass(frozen=True)
class Int8:
    """What an int8 conversion adds.

    Attributes:
      ranges: smallest and largest value of each float node.
      input_type, output_type: of the network's own inputs and outputs.
    """

    ranges: dict[g.Node, tuple[float, float]]
    input_type: tf.DType = tf.float32
    output_type: tf.DType = tf.float32


def emit(graph: g.Graph, int8: Int8 | None = None) -> bytes:
    """Traces ``graph`` for a batch of one and converts it.

    Args:
      graph: a graph that the passes have finished with.
      int8: how to quantize what is not binary; None leaves it in float32. Every
        SBNN op then carries the option ``node``, its place among the graph's.

    Raises:
      ConversionError: if TFLiteConverter refuses a layer that is not ours.
    """
    ops = [n for n in graph.nodes() if isinstance(n, g.SbnnOp)]
    module = tf.Module()
    functions = {}
    for index, node in enumerate(ops):
        functions[node] = _custom_op(node, {} if int8 is None else {"node": index})
    # Without an owner the functions would be inlined, and no custom op remain.
    module.functions = list(functions.values())
    main = _trace(graph, functions, {} if int8 is None else int8.ranges)
    try:
        with _quiet():
            concrete = main.get_concrete_function()
            # The converter saves the module first: it must own what it reads.
            module.main = main
            module.read_variables = list(concrete.variables)
            converter = tf.lite.TFLiteConverter.from_concrete_functions(
                [concrete], module
            )
            converter.allow_custom_ops = True
            if int8 is not None:
                converter.optimizations = [tf.lite.Optimize.DEFAULT]
                converter.inference_input_type = int8.input_type
                converter.inference_output_type = int8.output_type
            model = converter.convert()
    except Exception as error:
        if "No space left" in str(error):  # TFLiteConverter saves the module first
            raise OSError(
                f"no space left in the folder for temporary files, "
                f"'{tempfile.gettempdir()}': make room, or name another one with the "
                "environment variable TMPDIR"
            ) from error
        first_line = str(error).strip().splitlines()[0]
        raise ConversionError(
            f"TFLiteConverter refused the layers around the binary ones: {first_line}"
        ) from error

    _check_custom_ops(model, [n.op for n in functions])
    names = [t.op.name for t in concrete.inputs[: len(graph.inputs)]]
    return order_ports(model, names, len(graph.outputs))


def is_float(node: g.Node) -> bool:
    """Whether a node's output is a float tensor in the file, not bits."""
    return not is_packed(node) and node.dtype.is_floating


def is_packed(node: g.Node) -> bool:
    """Whether a node's output is bit planes in the file."""
    return isinstance(node, (g.SbnnOp, g.Concat)) and node.packed


def _trace(graph: g.Graph, functions: dict, ranges: dict):
    """The network as a TensorFlow function of its inputs, for a batch of one.

    Float nodes with a range pass through a fake quantization: TFLiteConverter
    then makes int8 of what lies between two of them.
    """
    nodes = graph.nodes()

    def quantized(node: g.Node, value: tf.Tensor) -> tf.Tensor:
        if node not in ranges:
            return value
        return tf.quantization.fake_quant_with_min_max_args(value, *ranges[node])

    @tf.function(
        autograph=False,
        input_signature=[
            tf.TensorSpec((1, *x.shape), x.dtype, name=x.name) for x in graph.inputs
        ],
    )
    def main(*inputs):
        values = {n: quantized(n, x) for n, x in zip(graph.inputs, inputs)}
        for node in nodes:
            if node in values:
                continue
            read = [values[n] for n in node.inputs]
            if isinstance(node, g.SbnnOp):
                value = functions[node](*read, *_constants(node))
            else:
                value = _plain(node, read)
            values[node] = quantized(node, value)
        return [values[n] for n in graph.outputs]

    return main


def _plain(node: g.Node, read: list[tf.Tensor]) -> tf.Tensor:
    """What a node that is no custom op computes."""
    if isinstance(node, g.KerasLayer):
        return node.call(read)
    if isinstance(node, g.Part):
        return tf.nest.flatten(read[0])[node.index]
    if isinstance(node, g.MaxPool):
        geometry = node.geometry
        return tf.nn.max_pool2d(
            read[0], geometry.pool, geometry.stride, geometry.padding.upper()
        )
    if isinstance(node, g.Reshape):
        return tf.reshape(read[0], (-1, *node.shape))
    if isinstance(node, g.Permute):
        return tf.transpose(read[0], (0, *(axis + 1 for axis in node.axes)))
    if isinstance(node, g.Pad):
        return tf.pad(read[0], [(0, 0), node.rows, node.columns, (0, 0)])
    if isinstance(node, g.Concat):
        return tf.concat(read, axis=1 if node.packed else -1)
    if isinstance(node, g.Pointwise):
        return g.apply_steps(node.steps, read[0])
    raise AssertionError(f"{type(node).__name__} '{node.name}' was left unconverted")


def _constants(node: g.SbnnOp) -> list[tf.Tensor]:
    """The op's constant inputs; its weight code's tensor carries the layer's name."""
    constants = [tf.constant(c) for c in node.constants]
    if "connections" in node.options:
        constants[0] = tf.constant(node.constants[0], name=code_tensor_name(node.name))
    return constants


def _custom_op(node: g.SbnnOp, more_options: dict[str, int]):
    """A function that TFLiteConverter turns into the custom op ``node.op``."""
    options = {"version": FORMAT_VERSION, **node.options, **more_options}
    attributes = "".join(
        f' attr {{ key: "{name}" value {{ i: {int(value)} }} }}'
        for name, value in options.items()
    )
    implements = (
        f'name: "{node.op}" attr {{ key: "tfl_fusable_op" value {{ b: true }} }}'
        + attributes
    )
    shape, dtype = _tensor_of(node)
    signature = [
        tf.TensorSpec(*_tensor_of(node.inputs[0])),
        *(tf.TensorSpec(c.shape, tf.as_dtype(c.dtype)) for c in node.constants),
    ]

    # Only the shape of the body's answer matters: the op's kernel replaces it.
    def body(*_):
        return tf.zeros(shape, dtype)

    body.__name__ = node.op
    return tf.function(
        body,
        autograph=False,
        input_signature=signature,
        experimental_implements=implements,
    )


def _tensor_of(node: g.Node) -> tuple[tuple[int, ...], tf.DType]:
    """Shape, with a batch of one, and type of a node's output in the file."""
    if not is_packed(node):
        return (1, *node.shape), node.dtype
    *image, channels = node.shape
    if not image:
        return (1, plane_words(channels)), tf.int32
    return (1, channels, plane_words(int(np.prod(image)))), tf.int32


def _check_custom_ops(model: bytes, wanted: list[str]) -> None:
    found = sorted(op.name for op in read_sbnn_ops(model))
    if found != sorted(wanted):
        raise ConversionError(
            f"TFLiteConverter kept the custom ops {found}, wanted {sorted(wanted)}: "
            "this TensorFlow release is not supported; please report it"
        )


@contextlib.contextmanager
def _quiet():
    """Silences TFLiteConverter's chatter; its errors come as exceptions."""
    logger = tf.get_logger()
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with captured_stderr():
            yield
    finally:
        logger.setLevel(level)
