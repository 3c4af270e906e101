"""Keras 2 with Larq's layers."""

from __future__ import annotations

import contextlib

import numpy as np

import sbnn_keras.keras2  # noqa: F401  (selects Keras 2, before anything asks for Larq)

# isort: split
import larq as lq
import tensorflow as tf

from sbnn_converter.framework.backend import backend_of_keras
from sbnn_converter.framework.call import Call, kind_among, patched
from sbnn_keras.keras2 import ResidualStream
from sbnn_keras.keras2.keras_3 import is_of_keras_3
from sbnn_keras.moving import original_of

_layers = lq.layers
#: Layers that may have a quantized kernel.
QUANTIZED = lq.layers_base.BaseLayer
STREAM = ResidualStream
_KINDS = {
    "dense": (_layers.QuantDense,),
    "conv1d": (_layers.QuantConv1D,),
    "conv2d": (_layers.QuantConv2D,),
    "depthwise": (_layers.QuantDepthwiseConv2D,),
    "separable": (_layers.QuantSeparableConv1D, _layers.QuantSeparableConv2D),
}
kind = kind_among(_KINDS)
SUPPORTED = tuple(cls for classes in _KINDS.values() for cls in classes)
#: Functions that never fall, besides those of TensorFlow and ``tf.keras``.
RISING_FUNCTIONS = (lq.activations.hard_tanh, lq.activations.leaky_tanh)
_KERNELS = ("kernel", "depthwise_kernel", "pointwise_kernel")


def is_of_other(thing) -> bool:
    """Whether something is of the other Keras."""
    return is_of_keras_3(thing)


def kernel_quantizers(layer) -> dict[str, object]:
    """The quantizer of each kernel, where there is one that quantizes."""
    found = {}
    for kernel in _KERNELS:
        quantizer = layer._get_quantizer(kernel)
        if quantizer is not None and not isinstance(quantizer, lq.quantizers.NoOp):
            found[kernel] = quantizer
    return found


def quantized(layer, kernel: str) -> np.ndarray:
    """The values of a layer's weights as they go into its sums."""
    with lq.context.quantized_scope(True):
        return getattr(layer, kernel).numpy()


def latent(variable) -> np.ndarray:
    """The values of a variable as they are trained."""
    with lq.context.quantized_scope(False):
        return variable.numpy()


def bits_of(quantizer) -> int | None:
    """Bits of a quantizer that may have any number of them."""
    return quantizer.precision if isinstance(quantizer, lq.quantizers.DoReFa) else None


def bias(layer) -> np.ndarray | None:
    """What is added to the scaled sums of each channel, float32."""
    return layer.bias.numpy() if layer.use_bias else None


def finish(layer, sums: tf.Tensor) -> tf.Tensor:
    """What a binary layer makes of its sums, but for its activation."""
    if hasattr(layer, "finish"):
        with patched(layer, "activation", tf.keras.activations.linear):
            return layer.finish(sums)
    return tf.nn.bias_add(sums, layer.bias) if layer.use_bias else sums


def pad_value(layer) -> float:
    """What a binary convolution is padded with."""
    return float(tf.keras.backend.get_value(layer.pad_values))


def axes(layer) -> list[int]:
    """Which axes a batch normalization normalizes."""
    return list(layer.axis)


def slope_below_zero(layer) -> float:
    """Of a LeakyReLU."""
    return layer.alpha


def is_function(layer) -> bool:
    """Whether a layer is only the call of a TensorFlow function or a slice."""
    return type(layer).__name__ in ("TFOpLambda", "SlicingOpLambda")


def is_pure_function(layer) -> bool:
    """Whether a layer is the call of a TensorFlow function."""
    return type(layer).__name__ == "TFOpLambda"


def variables(layer) -> list:
    """The variables of a layer that a file holds."""
    return layer.weights


def inner_layers(layer) -> list:
    """All layers in a layer or model, itself left out."""
    return list(layer.submodules)


def flat_layers(model) -> list:
    """The layers of a model and of models in it."""
    return list(model._flatten_layers(include_self=False))


def has_graph(model) -> bool:
    """Whether a model is Sequential or Functional, and built."""
    return bool(getattr(model, "_is_graph_network", False))


def input_name(tensor) -> str:
    return tensor.node.layer.name


def heeds_masks(layer) -> bool:
    return layer._expects_mask_arg


def reference_inputs(model, called_with) -> list:
    """What a model was called with, in the order of its inputs."""
    return model._flatten_to_reference_inputs(called_with)


def calls(model) -> list[Call]:
    """The calls of a model's layers, in the order in which they run."""
    return [
        _call(node)
        for depth in sorted(model._nodes_by_depth, reverse=True)
        for node in model._nodes_by_depth[depth]
        if not node.is_input
    ]


def _call(node) -> Call:
    layer = node.layer
    ids = [key for key, _ in node._keras_inputs_ids_and_indices]

    def run(read: list[tf.Tensor]):
        by_id: dict[str, list[tf.Tensor]] = {}
        for key, tensor in zip(ids, read):
            by_id.setdefault(key, []).append(tensor)
        args, kwargs = node.map_arguments(by_id)
        if layer._expects_training_arg:
            kwargs = {**kwargs, "training": False}
        return layer(*args, **kwargs)

    inputs = tf.nest.flatten(node.keras_inputs)
    outputs = tf.nest.flatten(node.outputs)
    return Call(
        layer,
        inputs,
        outputs,
        [tf.TensorSpec(t.shape, t.dtype) for t in inputs],
        [tf.TensorSpec(t.shape, t.dtype) for t in outputs],
        node.call_kwargs or {},
        run,
        len(outputs) != 1 or outputs[0] is not node.outputs,
        node.call_args[0] if node.call_args else node.keras_inputs,
    )


def part(model, output):
    """A model cut off behind one of its tensors."""
    return tf.keras.Model(model.inputs, output)


def predict(model, samples):
    """Keras's answer: of a model that was moved from Keras 3 that of the one it was."""
    original = original_of(model)
    if original is not None and backend_of_keras() == "tensorflow":
        from sbnn_converter.framework import keras_3

        return keras_3.predict(original, samples)
    return model.predict(samples if len(samples) > 1 else samples[0], verbose=0)


def load(path, trust_code: bool):
    """A saved model, not compiled."""
    return tf.keras.models.load_model(path, compile=False, safe_mode=not trust_code)


#: Layers are read as they compute at inference.
inference = contextlib.nullcontext
