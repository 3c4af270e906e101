"""Chooses who imports a layer."""

from __future__ import annotations

import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.errors import ConversionError
from sbnn_converter.framework import face
from sbnn_converter.framework.call import patched
from sbnn_converter.framework.overridden import overridden
from sbnn_converter.importer.binary_layers import (
    import_binary,
    is_binary,
    kernel_quantizers,
)
from sbnn_converter.importer.channel_functions import (
    import_batch_norm,
    import_function,
    import_monotone,
    import_rising,
    is_last_axis,
    is_rising,
)
from sbnn_converter.importer.channels_first import in_channels_last
from sbnn_converter.importer.composed_functions import compose
from sbnn_converter.importer.functions import import_tf_function
from sbnn_converter.importer.layout import import_layout
from sbnn_converter.importer.pooling import import_global_max_pool, import_max_pool
from sbnn_converter.importer.streams import import_stream
from sbnn_converter.importer.time_steps import is_same_on_more_axes
from sbnn_converter.importer.traced_functions import import_traced
from sbnn_converter.tensors.face import numbers
from sbnn_keras.core.packages import package_of

_keras = tf.keras.layers

# Layers that do nothing at inference.
_IDENTITY = (
    _keras.Dropout,
    _keras.SpatialDropout1D,
    _keras.SpatialDropout2D,
    _keras.GaussianDropout,
    _keras.GaussianNoise,
    _keras.AlphaDropout,
    _keras.ActivityRegularization,
)
_MAX_POOLING = (_keras.MaxPooling1D, _keras.MaxPooling2D)
_GLOBAL_MAX_POOLING = (_keras.GlobalMaxPooling1D, _keras.GlobalMaxPooling2D)
# Keras's own layers that are functions of each channel only with some arguments.
_MAYBE_CHANNELWISE = (_keras.Lambda, _keras.Rescaling, _keras.Normalization)

# What to use in the place of layers whose kernel cannot be converted.
_ALTERNATIVES = {
    "QuantConv2DTranspose": "UpSampling2D and QuantConv2D",
    "QuantConv3D": "QuantConv2D, the frames side by side as channels",
    "QuantConv3DTranspose": "UpSampling3D and a layer without kernel_quantizer",
    "QuantLocallyConnected1D": "QuantConv1D",
    "QuantLocallyConnected2D": "QuantConv2D",
}


def import_layer(layer, name: str, inputs: list[g.Node], shape, call, dtype: tf.DType) -> g.Node:
    """One call of a layer with one output.

    Args:
      layer: the Keras layer.
      name: its name, with those of the models around it.
      inputs: what it reads.
      shape, dtype: of its output for one sample.
      call: from tensors for ``inputs`` to its output.

    Raises:
      ConversionError: the layer cannot be converted.
    """
    found = None
    known = not overridden(layer)
    if not known and is_binary(layer):
        raise ConversionError(
            f"layer '{name}' is a {type(layer).__name__} with a {overridden(layer)}() of its "
            "own, which only Python can run; use the layer that it inherits from, and build "
            "what the method adds from layers"
        )
    if known and isinstance(layer, _keras.TimeDistributed) and is_same_on_more_axes(layer.layer):
        inner = layer.layer
        return import_layer(inner, f"{name}/{inner.name}", inputs, shape, call, dtype)
    if known and isinstance(layer, face.STREAM) and dtype == tf.float32:
        return import_stream(layer, name, inputs, shape, call)
    if known and len(inputs) == 1:
        found = _import_known(layer, name, inputs[0], shape, call)
    elif known and isinstance(layer, _keras.Concatenate) and _joins_channels(layer, inputs, shape):
        return g.Concat(name, inputs, shape)
    if found is None and dtype == tf.float32 and _may_be_channelwise(layer):
        found = _import_custom(layer, name, inputs, shape, call)
    if found is None and known and face.is_function(layer):
        found = import_tf_function(name, inputs, shape, call)
    if found is not None:
        return found
    _refuse_binary_kernels(layer, name, inputs, shape)
    return g.KerasLayer(name, inputs, shape, layer, call, face=numbers(dtype.name))


def _joins_channels(layer, inputs: list[g.Node], shape) -> bool:
    """Whether ``inputs``, and no constants beside them, stand side by side."""
    on_channels = layer.axis in (-1, len(shape))
    return on_channels and sum(x.shape[-1] for x in inputs) == shape[-1]


def _import_known(layer, name: str, x: g.Node, shape, call) -> g.Node | None:
    channels_first = getattr(layer, "data_format", None) == "channels_first"
    if is_binary(layer):
        if channels_first:
            return in_channels_last(import_binary, layer, name, x, shape)
        return import_binary(layer, name, x, shape)
    if isinstance(layer, face.QUANTIZED) and not kernel_quantizers(layer):
        return _float_layer(layer, name, x, shape, call)
    if isinstance(layer, _IDENTITY):
        return x
    if isinstance(layer, _keras.BatchNormalization) and is_last_axis(layer):
        return import_batch_norm(layer, name, x, shape)
    if isinstance(layer, _keras.BatchNormalization) and face.axes(layer) == [1]:
        return in_channels_last(import_batch_norm, layer, name, x, shape)
    if isinstance(layer, _keras.Activation):
        return import_function(name, layer.activation, x)
    if is_rising(layer, shape):
        return import_rising(layer, name, x, shape)
    if isinstance(layer, _MAX_POOLING):
        if channels_first:
            return in_channels_last(import_max_pool, layer, name, x, shape)
        return import_max_pool(layer, name, x, shape)
    if isinstance(layer, _GLOBAL_MAX_POOLING) and not channels_first:
        return import_global_max_pool(layer, name, x, shape)
    return import_layout(layer, name, x, shape)


def _float_layer(layer, name: str, x: g.Node, shape, call) -> g.Node:
    """A Larq layer without kernel quantizer: only its input may be quantized."""
    quantized = import_monotone(name, layer.input_quantizer, x)
    if layer.input_quantizer is None or quantized is None:
        return g.KerasLayer(name, [x], shape, layer, call)

    def call_without_quantizer(read):
        with patched(layer, "input_quantizer", None):
            return call(read)

    return g.KerasLayer(name, [quantized], shape, layer, call_without_quantizer)


def _may_be_channelwise(layer) -> bool:
    """Whether it pays to look into ``layer``: custom code, mostly."""
    own = package_of(layer) in ("keras", "tf_keras")
    return (
        not own or isinstance(layer, _MAYBE_CHANNELWISE) or face.is_pure_function(layer)
    ) and not isinstance(layer, face.QUANTIZED)


def _import_custom(layer, name: str, inputs: list[g.Node], shape, call) -> g.Node | None:
    """A layer of unknown make as a function of the one tensor that it comes down to."""
    if all(x.dtype == tf.float32 for x in inputs) and len(inputs) != 1:
        return None  # an operator between tensors
    found = compose(inputs, call)
    if found is None:
        return None
    x, function = found
    if face.variables(layer):  # their number of channels is theirs
        return import_traced(name, function, x, shape)
    return import_monotone(name, function, x) if x.shape == tuple(shape) else None


def _refuse_binary_kernels(layer, name: str, inputs: list[g.Node], shape) -> None:
    hidden = [
        m
        for m in face.inner_layers(layer)
        if isinstance(m, face.QUANTIZED) and kernel_quantizers(m)
    ]
    kind = type(layer).__name__
    behind = f" behind '{inputs[0].name}'" if inputs else ""
    if isinstance(layer, face.QUANTIZED) and kernel_quantizers(layer):
        known = ", ".join(cls.__name__ for cls in face.SUPPORTED)
        instead = _ALTERNATIVES.get(kind, f"one of {known}")
        raise ConversionError(
            f"layer '{name}'{behind} is a {kind} with a binary kernel, which is not "
            f"supported; use {instead}"
        )
    if hidden:
        way_out = "put it into the Functional or Sequential model itself, or into a nested one"
        if isinstance(layer, _keras.TimeDistributed):
            way_out += (
                "; TimeDistributed converts around dense and one-dimensional layers, any "
                f"other is called on each of the {shape[0]} steps, which are inputs of "
                "their own: tf.stack([layer(x) for x in steps], axis=1)"
            )
        raise ConversionError(
            f"layer '{name}'{behind} is a {kind} that hides the binary layer "
            f"'{hidden[0].name}' ({type(hidden[0]).__name__}); {way_out}"
        )
