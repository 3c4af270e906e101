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
from collections.abc import Callable, Collection
from typing import NoReturn

import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.emitter.alone import described, first_layer_where
from sbnn_converter.emitter.clips import clip_in_sums
from sbnn_converter.emitter.editor import FlatbufferEditor
from sbnn_converter.emitter.fake_quantization import plain_fake_quantization
from sbnn_converter.emitter.gelu import fuse_gelu
from sbnn_converter.emitter.own_states import separate_states
from sbnn_converter.emitter.ports import order_ports
from sbnn_converter.emitter.resources import check_resources
from sbnn_converter.emitter.settled import settled, without_assignments
from sbnn_converter.emitter.written import NODE, WrittenOp, written
from sbnn_converter.errors import ConversionError, converting, first_line
from sbnn_converter.graph.assignments import assigns
from sbnn_converter.op_schema import OPS
from sbnn_converter.runtimes.native_log import captured_stderr
from sbnn_converter.tflite import schema
from sbnn_converter.tflite.flatbuffer import foreign_ops, read_sbnn_ops
from sbnn_converter.tflite.names import code_tensor_name

# Stands between two scales of one tensor, as TFLiteConverter would else carry the one
# over to what reads the other; the int8 faces make a QUANTIZE of it.
RESCALE = "SbnnRescale"


@dataclasses.dataclass(frozen=True)
class Int8:
    """What an int8 conversion adds.

    Attributes:
      ranges: smallest and largest value of each float node.
      wide: how far from 0 the nodes reach that are to be INT16. What cannot read that
        reads int8, of the node's range.
      widened: those of ``wide`` that are written as int8 and as INT16 from that, with
        nothing else to read the int8.
    """

    ranges: dict[g.Node, tuple[float, float]]
    wide: dict[g.Node, float] = dataclasses.field(default_factory=dict)
    widened: Collection[g.Node] = ()


def emit(graph: g.Graph, int8: Int8 | None = None, weight_code: str = "auto") -> bytes:
    """Traces ``graph`` for a batch of one and converts it.

    Args:
      graph: a graph that the passes have finished with.
      weight_code: see ``written``.
      int8: how to quantize what is not binary; None leaves it in float32.

    Returns:
      A flatbuffer to be finished: every SBNN op carries the option ``NODE``, its place
      among the graph's (``edited.py``).

    Raises:
      ConversionError: if TFLiteConverter refuses a layer that is not ours.
    """
    nodes = graph.nodes()
    ops = [n for n in nodes if isinstance(n, g.SbnnOp)]
    stored = {node: written(node, weight_code) for node in ops}
    # A reader of the first version could not run a network of which one op is newer.
    version = max((OPS[n.op].version_of(stored[n].options) for n in ops), default=1)
    functions = {
        node: _custom_op(node, stored[node], {NODE: index, "version": version})
        for index, node in enumerate(ops)
    }
    quantization = int8 or Int8({})
    rescales = _rescales(quantization)

    def traced():
        return _trace(graph, functions, stored, quantization, rescales).get_concrete_function()

    with _quiet(), contextlib.ExitStack() as stack:
        concrete = traced()
        check_resources(concrete, graph)
        if assigns(concrete):
            assigned = stack.enter_context(settled(nodes))
            with without_assignments(assigned):
                concrete = traced()
        owned = [*functions.values(), *rescales.values()]
        try:
            model = _converted(concrete, owned, int8)
        except Exception as error:
            _refuse(error, graph)
    model = _said_otherwise(model)
    _check_custom_ops(model, [n.op for n in ops], graph)
    names = [t.op.name for t in concrete.inputs[: len(graph.inputs)]]
    return order_ports(model, names, len(graph.outputs))


def _converted(concrete, functions: list, int8: Int8 | None) -> bytes:
    """What TFLiteConverter makes of a traced network with our ``functions`` in it."""
    module = tf.Module()
    # Without an owner the functions would be inlined, and no custom op remain.
    module.functions = functions
    # The converter saves the module first: it must own what it reads.
    module.main = concrete
    module.read_variables = list(concrete.variables)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], module)
    converter.allow_custom_ops = True
    if int8 is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    model = converter.convert()
    if not getattr(converter, "saved_model_dir", True):
        _save_aloud(module, concrete)
    return model


def _save_aloud(module: tf.Module, concrete) -> None:
    """Raises what has kept TFLiteConverter from saving a module. It tells nobody, and goes on
    without our functions."""
    options = tf.saved_model.SaveOptions(save_debug_info=True)  # the files that it writes
    with tempfile.TemporaryDirectory(prefix="sbnn-") as folder:
        tf.saved_model.save(module, folder, signatures=concrete, options=options)


def _said_otherwise(model: bytes) -> bytes:
    """The same network, where some runtime lacks or misreads what TFLiteConverter wrote."""
    editor = FlatbufferEditor(model)
    mends = fuse_gelu, clip_in_sums, plain_fake_quantization, separate_states
    mended = [mend(editor) for mend in mends]
    return editor.bytes() if any(mended) else model


def _refuse(error: Exception, graph: g.Graph) -> NoReturn:
    """Says why TFLiteConverter has failed."""
    if "No space left" in str(error):  # TFLiteConverter saves the module first
        raise OSError(
            f"no space left in the folder for temporary files, "
            f"'{tempfile.gettempdir()}': make room, or name another one with the "
            "environment variable TMPDIR"
        ) from error
    node = first_layer_where(graph, lambda alone: isinstance(alone, Exception))
    where = described(node) if node else "the layers around the binary ones"
    raise ConversionError(
        f"TFLiteConverter refused {where}: {first_line(error)}; replace it by layers "
        "that TensorFlow Lite has"
    ) from error


def is_float(node: g.Node) -> bool:
    """Whether a node's output is a float tensor in the file, not bits."""
    return not node.face.is_planes and node.dtype.is_floating


def _trace(graph: g.Graph, functions: dict, stored: dict, int8: Int8, rescales: dict):
    """The network as a TensorFlow function of its inputs, for a batch of one.

    Float nodes with a range pass through a fake quantization: TFLiteConverter
    then makes int8 of what lies between two of them. ``rescales`` holds the
    function between two scales for each shape.
    """
    nodes = graph.nodes()

    @tf.function(
        autograph=False,
        input_signature=[tf.TensorSpec((1, *x.shape), x.dtype, name=x.name) for x in graph.inputs],
    )
    def main(*inputs):
        values = _QuantizedValues(int8, rescales)
        for port, x in zip(graph.inputs, inputs):
            values.put(port, x)
        for node in nodes:
            if node in values:
                continue
            with converting(node.name):
                read = [values.read(n, node) for n in node.inputs]
                if isinstance(node, g.SbnnOp):
                    value = functions[node](read[0], *_constants(node, stored[node]), *read[1:])
                else:
                    value = _plain(node, read)
                values.put(node, value)
        return [values.read(n, None) for n in graph.outputs]

    return main


class _QuantizedValues:
    """The tensors of a trace, behind their fake quantizations."""

    def __init__(self, int8: Int8, rescales: dict):
        self._int8 = int8
        self._rescales = rescales
        self._values: dict[g.Node, tf.Tensor] = {}
        self._narrow: dict[g.Node, tf.Tensor] = {}

    def __contains__(self, node: g.Node) -> bool:
        return node in self._values

    def put(self, node: g.Node, value: tf.Tensor) -> None:
        if node in self._int8.widened:
            value = self._rescales[node.shape](_fake_int8(value, self._int8.ranges[node]))
        if node in self._int8.wide:
            value = _fake_int16(value, self._int8.wide[node])
        elif node in self._int8.ranges:
            value = _fake_int8(value, self._int8.ranges[node])
        self._values[node] = value

    def read(self, node: g.Node, reader: g.Node | None) -> tf.Tensor:
        """What ``reader`` reads of ``node``; None reads the network's outputs."""
        if node not in self._int8.wide or _takes_int16(reader, self._int8):
            return self._values[node]
        if node not in self._narrow:
            value = self._rescales[node.shape](self._values[node])
            self._narrow[node] = _fake_int8(value, self._int8.ranges[node])
        return self._narrow[node]


def _takes_int16(reader: g.Node | None, int8: Int8) -> bool:
    if isinstance(reader, g.SbnnOp):
        return g.quantizes_numbers(reader)
    return reader in int8.wide and reader not in int8.widened


def _fake_int8(value: tf.Tensor, values: tuple[float, float]) -> tf.Tensor:
    return tf.quantization.fake_quant_with_min_max_args(value, *values)


def _fake_int16(value: tf.Tensor, far: float) -> tf.Tensor:
    top = far * (2**15 - 1) / 2**15  # the zero point is 0
    return tf.quantization.fake_quant_with_min_max_args(value, -far, top, num_bits=16)


def _plain(node: g.Node, read: list[tf.Tensor]) -> tf.Tensor:
    """What a node that is no custom op computes."""
    if isinstance(node, g.KerasLayer):
        return node.call(read)
    if isinstance(node, g.Part):
        return tf.nest.flatten(read[0])[node.index]
    if isinstance(node, g.MaxPool):
        geometry = node.geometry
        return tf.nn.max_pool2d(read[0], geometry.pool, geometry.stride, geometry.padding.upper())
    if isinstance(node, g.Reshape):
        return tf.reshape(read[0], (-1, *node.shape))
    if isinstance(node, g.Permute):
        return tf.transpose(read[0], (0, *(axis + 1 for axis in node.axes)))
    if isinstance(node, g.Pad):
        return tf.pad(read[0], [(0, 0), node.rows, node.columns, (0, 0)])
    if isinstance(node, g.Concat):
        return tf.concat(read, axis=1 if node.face.is_planes else -1)
    if isinstance(node, g.Pointwise):
        return g.apply_steps(node.steps, read[0])
    raise AssertionError(f"{type(node).__name__} '{node.name}' was left unconverted")


def _constants(node: g.SbnnOp, op: WrittenOp) -> list[tf.Tensor]:
    """The op's constant inputs; its weight code's tensor carries the layer's name."""
    constants = [tf.constant(c) for c in op.constants]
    if isinstance(node, g.SumOp):
        constants[0] = tf.constant(op.constants[0], name=code_tensor_name(node.name))
    return constants


def _custom_op(node: g.SbnnOp, op: WrittenOp, more_options: dict[str, int]):
    """A function that TFLiteConverter turns into the custom op ``node.op``."""
    options = {**op.options, **more_options}
    signature = [
        tf.TensorSpec(*_tensor_of(node.inputs[0])),
        *(tf.TensorSpec(c.shape, tf.as_dtype(c.dtype)) for c in op.constants),
        *(tf.TensorSpec(*_tensor_of(n)) for n in node.inputs[1:]),
    ]
    return _implementing(node.op, options, signature, *_tensor_of(node))


def _rescales(int8: Int8) -> dict[tuple[int, ...], Callable]:
    """Functions for the op ``RESCALE``, by the shape of a sample."""
    shapes = {n.shape for n in int8.wide}
    options = {"version": 1}
    return {
        s: _implementing(RESCALE, options, [tf.TensorSpec((1, *s))], (1, *s), tf.float32)
        for s in shapes
    }


def _implementing(op: str, options: dict[str, int], signature: list, shape, dtype):
    """A function that TFLiteConverter turns into the custom op ``op``."""
    attributes = "".join(
        f' attr {{ key: "{name}" value {{ i: {int(value)} }} }}' for name, value in options.items()
    )
    implements = f'name: "{op}" attr {{ key: "tfl_fusable_op" value {{ b: true }} }}' + attributes

    # Only the shape of the body's answer matters: the op's kernel replaces it.
    def body(*_):
        return tf.zeros(shape, dtype)

    body.__name__ = op
    return tf.function(
        body,
        autograph=False,
        input_signature=signature,
        experimental_implements=implements,
    )


def _tensor_of(node: g.Node) -> tuple[tuple[int, ...], tf.DType]:
    """Shape, with a batch of one, and type of a node's output in the file."""
    return node.face.stored_shape(node.shape), node.dtype


def _check_custom_ops(model: bytes, wanted: list[str], graph: g.Graph) -> None:
    """Refuses what no runtime runs: ops that are neither TFLite's nor ours."""
    foreign = foreign_ops(model)
    if foreign:
        node = first_layer_where(
            graph, lambda alone: isinstance(alone, bytes) and foreign_ops(alone)
        )
        where = described(node) if node else "the network"
        raise ConversionError(
            f"{where} needs {' and '.join(foreign)}, which TensorFlow Lite has not: no "
            "runtime could run the file; replace the layer, or do in front of the "
            "network what it does"
        )
    found = sorted(op.name for op in read_sbnn_ops(model) if op.name != RESCALE)
    if found != sorted(wanted):
        node = first_layer_where(graph, _is_constant)
        if node is not None:
            raise ConversionError(
                f"{described(node)} gives the same whatever it reads, so that what stands in "
                "front of it does nothing: leave both out, and add the constant behind the "
                "network"
            )
        raise ConversionError(
            f"TFLiteConverter kept the custom ops {found}, wanted {sorted(wanted)}: "
            "this TensorFlow release is not supported; please report it"
        )


def _is_constant(alone: bytes | Exception) -> bool:
    """Whether no op of a file is left, and its output is no input."""
    if not isinstance(alone, bytes):
        return False
    graph = schema.Model.GetRootAsModel(alone, 0).Subgraphs(0)
    kept = set(graph.OutputsAsNumpy().tolist()) & set(graph.InputsAsNumpy().tolist())
    return graph.OperatorsLength() == 0 and not kept


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
