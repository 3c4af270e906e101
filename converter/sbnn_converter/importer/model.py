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
from sbnn_converter.importer.checks import check_finite, check_precision, check_types
from sbnn_converter.importer.layers import import_layer
from sbnn_converter.importer.masks import Masks
from sbnn_converter.importer.overridden import overridden
from sbnn_converter.importer.samples_apart import check_samples_apart
from sbnn_converter.tensors.face import numbers
from sbnn_keras.keras2.keras_3 import is_of_keras_3


def import_model(model: tf.keras.Model) -> g.Graph:
    """Builds the graph of a Sequential or Functional Keras model.

    Args:
      model: a model with defined shapes, built by Keras 2.

    Raises:
      ConversionError: for a model or layer that cannot be converted.
    """
    if is_of_keras_3(model):
        raise ConversionError(
            f"cannot convert a model of Keras 3: found {type(model).__name__}, wanted a "
            "model of Keras 2; build and train it with tf.keras after `import "
            "sbnn_keras`, not with the package `keras`"
        )
    if not isinstance(model, tf.keras.Model):
        raise ConversionError(
            f"cannot convert an object of type {type(model).__name__}: "
            "a tf.keras.Model is wanted (Keras 2, as sbnn_keras sets it up)"
        )
    if not _has_graph(model):
        raise ConversionError(
            f"model '{model.name}' has no static graph: found a subclassed or "
            "unbuilt model, wanted a Sequential or Functional one; build it with "
            "an input shape"
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
        name = tensor.node.layer.name
        shape = _defined(tensor.shape[1:], name)
        inputs.append(g.Input(name, [], shape, face=numbers(tensor.dtype.name)))
    graph = g.Graph(inputs, _walk(model, inputs, ""))
    check_types(graph)
    return graph


def _has_graph(model) -> bool:
    return bool(getattr(model, "_is_graph_network", False))


def _is_static(model) -> bool:
    """Whether the graph is all that a model computes."""
    return _has_graph(model) and not overridden(model)


def _walk(model: tf.keras.Model, inputs: Sequence[g.Node], place: str) -> list[g.Node]:
    """The outputs of ``model`` for ``inputs``; ``place`` is its name and those of
    the models around it."""
    values = {id(t): node for t, node in zip(model.inputs, inputs)}
    masks = Masks()
    for depth in sorted(model._nodes_by_depth, reverse=True):
        for node in model._nodes_by_depth[depth]:
            if node.is_input:
                continue
            name = place + node.layer.name
            with converting(name):
                _check_training(node, name)
                if isinstance(node.layer, tf.keras.Model) and _is_static(node.layer):
                    masks.check_nested(node, name)
                    outputs = _walk_nested(node, values, f"{name}/")
                else:
                    read = [values[id(t)] for t in node.keras_inputs]
                    outputs = _import_call(node, name, read, masks)
            tensors = tf.nest.flatten(node.outputs)
            values.update((id(t), o) for t, o in zip(tensors, outputs))
    return [values[id(t)] for t in model.outputs]


def _walk_nested(node, values: dict[int, g.Node], place: str) -> list[g.Node]:
    """A model called as a layer. It sorts the call's tensors as Keras does."""
    model = node.layer
    called_with = node.call_args[0] if node.call_args else node.keras_inputs
    tensors = model._flatten_to_reference_inputs(called_with)
    return _walk(model, [values[id(t)] for t in tensors], place)


def _check_training(node, name: str) -> None:
    """Refuses a call that Keras runs as in training whatever it is asked for.

    Raises:
      ConversionError: in that case.
    """
    kwargs = node.call_kwargs or {}
    if isinstance(kwargs.get("training"), (bool, int)) and kwargs["training"]:
        raise ConversionError(
            f"layer '{name}' ({type(node.layer).__name__}) is called with training=True, so "
            "that it draws numbers or takes the statistics of the batch in predict, too: a "
            "converted network cannot; build the model without it"
        )


def _import_call(node, name: str, read: list[g.Node], masks: Masks) -> list[g.Node]:
    """One call of a layer: a node for each of its outputs."""
    layer = node.layer
    check_finite(layer, name)
    call = _call_of(node)
    check_samples_apart(
        layer, name, call, tf.nest.flatten(node.keras_inputs), tf.nest.flatten(node.outputs)
    )
    outputs = _outputs_of(node, name, *masks.heeding(node, read, call))
    masks.follow(node, name, read, outputs)
    return outputs


def _outputs_of(node, name: str, read: list[g.Node], call) -> list[g.Node]:
    layer = node.layer
    tensors = tf.nest.flatten(node.outputs)
    shapes = _output_shapes(tensors, call, read, name)
    if len(tensors) == 1:
        if tensors[0] is not node.outputs:  # a list of one
            call = _first_of(call)
        return [import_layer(layer, name, read, shapes[0], call, tensors[0].dtype)]
    whole = g.KerasLayer(name, read, (), layer, call, face=numbers("variant"))
    return [
        g.Part(name, [whole], shape, index, face=numbers(tensor.dtype.name))
        for index, (shape, tensor) in enumerate(zip(shapes, tensors))
    ]


def _call_of(node):
    """How the model calls the layer: from tensors, in the order of the node's
    inputs, to the layer's output."""
    layer = node.layer
    ids = [key for key, _ in node._keras_inputs_ids_and_indices]

    def call(read: list[tf.Tensor]):
        by_id: dict[str, list[tf.Tensor]] = {}
        for key, tensor in zip(ids, read):
            by_id.setdefault(key, []).append(tensor)
        args, kwargs = node.map_arguments(by_id)
        if layer._expects_training_arg:
            kwargs = {**kwargs, "training": False}
        with _on_one_sample(layer):
            return layer(*args, **kwargs)

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
