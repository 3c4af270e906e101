"""Walks through a Keras model and builds the converter's graph.

Every call of a layer becomes nodes of its own, so that shared layers need no
care. Nested models are walked through in their place, as if their layers stood
there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.errors import ConversionError, converting
from sbnn_converter.framework import IS_KERAS_2, face
from sbnn_converter.framework.call import Call
from sbnn_converter.framework.overridden import overridden
from sbnn_converter.importer.checks import check_finite, check_precision, check_types
from sbnn_converter.importer.layers import import_layer
from sbnn_converter.importer.masks import Masks
from sbnn_converter.importer.samples_apart import check_samples_apart
from sbnn_converter.tensors.face import numbers


def import_model(model: tf.keras.Model) -> g.Graph:
    """Builds the graph of a Sequential or Functional Keras model.

    Args:
      model: a model with defined shapes, of the Keras that ``face`` is of.

    Raises:
      ConversionError: for a model or layer that cannot be converted.
    """
    here, other = ("2", "3") if IS_KERAS_2 else ("3", "2")
    if face.is_of_other(model):
        raise ConversionError(
            f"cannot convert a model of Keras {other}: found {type(model).__name__}, wanted a "
            f"model of Keras {here}, as tf.keras is in this process; save it, and convert the "
            "file with sbnn-convert"
        )
    if not isinstance(model, tf.keras.Model):
        raise ConversionError(
            f"cannot convert an object of type {type(model).__name__}: "
            f"a tf.keras.Model is wanted (Keras {here}, as sbnn_keras sets it up)"
        )
    if not face.has_graph(model):
        student = getattr(model, "student", None)
        way_out = "build it with an input shape"
        if isinstance(student, tf.keras.Model):  # of a Distiller
            way_out = f"convert its student, '{student.name}'"
        raise ConversionError(
            f"model '{model.name}' has no static graph: found a subclassed or "
            f"unbuilt model, wanted a Sequential or Functional one; {way_out}"
        )
    if overridden(model):
        raise ConversionError(
            f"model '{model.name}' is a {type(model).__name__} with a {overridden(model)}() of "
            "its own, which its layers do not tell; wanted a Sequential or Functional model "
            "as Keras has it: build what the method adds from layers"
        )
    check_precision(model)
    inputs = []
    for tensor in model.inputs:
        name = face.input_name(tensor)
        shape = _defined(tensor.shape[1:], name)
        inputs.append(g.Input(name, [], shape, face=numbers(tf.as_dtype(tensor.dtype).name)))
    graph = g.Graph(inputs, _walk(model, inputs, ""))
    check_types(graph)
    return graph


def _is_static(model) -> bool:
    """Whether the graph is all that a model computes."""
    return face.has_graph(model) and not overridden(model)


def _walk(model: tf.keras.Model, inputs: Sequence[g.Node], place: str) -> list[g.Node]:
    """The outputs of ``model`` for ``inputs``; ``place`` is its name and those of
    the models around it."""
    values = {id(t): node for t, node in zip(model.inputs, inputs)}
    masks = Masks()
    for call in face.calls(model):
        name = place + call.layer.name
        with converting(name):
            _check_training(call, name)
            if isinstance(call.layer, tf.keras.Model) and _is_static(call.layer):
                masks.check_nested(call, name)
                outputs = _walk_nested(call, values, f"{name}/")
            else:
                read = [values[id(t)] for t in call.inputs]
                outputs = _import_call(call, name, read, masks)
        values.update((id(t), o) for t, o in zip(call.outputs, outputs))
    return [values[id(t)] for t in model.outputs]


def _walk_nested(call: Call, values: dict[int, g.Node], place: str) -> list[g.Node]:
    """A model called as a layer. It sorts the call's tensors as Keras does."""
    model = call.layer
    tensors = face.reference_inputs(model, call.arguments)
    return _walk(model, [values[id(t)] for t in tensors], place)


def _check_training(call: Call, name: str) -> None:
    """Refuses a call that Keras runs as in training whatever it is asked for.

    Raises:
      ConversionError: in that case.
    """
    training = call.kwargs.get("training")
    if isinstance(training, (bool, int)) and training:
        raise ConversionError(
            f"layer '{name}' ({type(call.layer).__name__}) is called with training=True, so "
            "that it draws numbers or takes the statistics of the batch in predict, too: a "
            "converted network cannot; build the model without it"
        )


def _import_call(node: Call, name: str, read: list[g.Node], masks: Masks) -> list[g.Node]:
    """One call of a layer: a node for each of its outputs."""
    check_finite(node.layer, name)
    call = _call_of(node)
    check_samples_apart(node.layer, name, call, node.reads, node.gives)
    outputs = _outputs_of(node, name, *masks.heeding(node, read, call))
    masks.follow(node, name, read, outputs)
    return outputs


def _outputs_of(node: Call, name: str, read: list[g.Node], call) -> list[g.Node]:
    layer, tensors = node.layer, node.gives
    shapes = _output_shapes(tensors, call, read, name)
    if len(tensors) == 1:
        if node.returns_list:
            call = _first_of(call)
        return [import_layer(layer, name, read, shapes[0], call, tensors[0].dtype)]
    whole = g.KerasLayer(name, read, (), layer, call, face=numbers("variant"))
    return [
        g.Part(name, [whole], shape, index, face=numbers(tensor.dtype.name))
        for index, (shape, tensor) in enumerate(zip(shapes, tensors))
    ]


def _call_of(node: Call):
    """How the model calls the layer: from tensors, in the order of the node's
    inputs, to the layer's output."""

    def call(read: list[tf.Tensor]):
        with _on_one_sample(node.layer):
            return node.run(read)

    return call


@contextlib.contextmanager
def _on_one_sample(layer):
    """Names a layer that cannot be traced: the batch is one, whatever Keras had."""
    try:
        yield
    except (ValueError, tf.errors.InvalidArgumentError) as error:
        if isinstance(error, ConversionError):
            raise
        # Keras tells of the layer first, and of the arguments behind the reason.
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        found = lines[1] if len(lines) > 1 and lines[0].startswith("Exception") else lines[0]
        raise ConversionError(
            f"layer '{layer.name}' ({type(layer).__name__}) cannot run on one sample at a "
            f"time, as converted networks do: {found}; give no size of the batch to "
            "tf.keras.Input, and -1 or tf.shape(x)[0] to functions"
        ) from error


def _first_of(call):
    return lambda read: tf.nest.flatten(call(read))[0]


def _output_shapes(tensors, call, read: list[g.Node], name: str):
    shapes = [tuple(t.shape[1:]) for t in tensors]
    if any(None in shape for shape in shapes):
        # A nested model may be built for any size; here the size is known.
        traced = tf.function(call, autograph=False).get_concrete_function(
            [tf.TensorSpec((1, *n.shape), n.dtype) for n in read]
        )
        shapes = [t.shape[1:] for t in traced.outputs]
    return [_defined(shape, name) for shape in shapes]


def _defined(shape, name: str) -> tuple[int, ...]:
    shape = tuple(shape)
    if None in shape:
        raise ConversionError(
            f"layer '{name}' has the undefined shape {(None, *shape)}: "
            "every dimension but the batch must be fixed; give the model an "
            "input shape such as (28, 28, 1)"
        )
    return shape
