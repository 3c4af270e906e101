"""Keras 3, on TensorFlow."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

import sbnn_keras.keras3 as ours
from sbnn_converter.framework.call import Call, kind_among
from sbnn_keras.keras3.keras_2 import is_of_keras_2
from sbnn_keras.keras3.layers_base import SparseBinaryLayer
from sbnn_keras.keras3.straight_through import values_alone

QUANTIZED = SparseBinaryLayer
STREAM = ours.ResidualStream
_KINDS = {
    "dense": (ours.SparseBinaryDense,),
    "conv1d": (ours.SparseBinaryConv1D,),
    "conv2d": (ours.SparseBinaryConv2D,),
    "depthwise": (ours.SparseBinaryDepthwiseConv2D,),
    "separable": (ours.SparseBinarySeparableConv1D, ours.SparseBinarySeparableConv2D),
}
kind = kind_among(_KINDS)
SUPPORTED = tuple(cls for classes in _KINDS.values() for cls in classes)
#: Functions that never fall, besides those of TensorFlow and Keras 2.
RISING_FUNCTIONS = (keras.activations.relu6, keras.activations.hard_tanh)
_BATCH = 32


def is_of_other(thing) -> bool:
    """Whether something is of the other Keras."""
    return is_of_keras_2(thing)


def kernel_quantizers(layer) -> dict[str, object]:
    """The quantizer of each kernel."""
    return dict(zip(layer._kernel_names, layer.kernel_quantizers()))


def quantized(layer, kernel: str) -> np.ndarray:
    """The values of a layer's weights as they go into its sums."""
    return layer.binary_kernels()[kernel]


def latent(variable) -> np.ndarray:
    """The values of a variable as they are trained."""
    return keras.ops.convert_to_numpy(variable.value)


def bits_of(quantizer) -> int | None:
    """Bits of a quantizer that may have any number of them."""
    return None


def bias(layer) -> np.ndarray | None:
    """What is added to the scaled sums of each channel, float32."""
    return layer.whole_bias


def finish(layer, sums: tf.Tensor) -> tf.Tensor:
    """What a binary layer makes of its sums, but for its activation."""
    return layer.scaled(sums, training=False)


def pad_value(layer) -> float:
    """What a binary convolution is padded with."""
    return float(layer.pad_values)


def axes(layer) -> list[int]:
    """Which axes a batch normalization normalizes."""
    return [layer.axis % layer.input_spec.ndim]


def slope_below_zero(layer) -> float:
    """Of a LeakyReLU."""
    return layer.negative_slope


def is_function(layer) -> bool:
    """Whether it is no layer but another operation, such as ``keras.ops.add``."""
    return not isinstance(layer, keras.layers.Layer)


is_pure_function = is_function


def variables(layer) -> list:
    """The variables of a layer that a file holds."""
    found = getattr(layer, "weights", [])
    return [v for v in found if "seed_generator" not in v.path]


def inner_layers(layer) -> list:
    """All layers in a layer or model, itself left out."""
    if is_function(layer):
        return []
    return list(layer._flatten_layers(include_self=False))


flat_layers = inner_layers


def has_graph(model) -> bool:
    """Whether a model is Sequential or Functional, and built."""
    return hasattr(_functional(model), "_nodes_by_depth")


def _functional(model):
    return getattr(model, "_functional", None) or model


def input_name(tensor) -> str:
    return tensor._keras_history.operation.name


def heeds_masks(layer) -> bool:
    return bool(getattr(layer, "_call_has_mask_arg", False))


def reference_inputs(model, called_with) -> list:
    """What a model was called with, in the order of its inputs."""
    return keras.tree.flatten(called_with)


def calls(model) -> list[Call]:
    """The calls of a model's layers, in the order in which they run."""
    nodes = _functional(model)._nodes_by_depth
    return [
        _call(node)
        for depth in sorted(nodes, reverse=True)
        for node in nodes[depth]
        if not node.is_input
    ]


def _call(node) -> Call:
    layer, inputs, outputs = node.operation, list(node.input_tensors), list(node.outputs)

    def run(read: list[tf.Tensor]):
        args, kwargs = node.arguments.fill_in({id(t): v for t, v in zip(inputs, read)})
        if getattr(layer, "_call_has_training_arg", False):
            kwargs = {**kwargs, "training": False}
        return layer(*args, **kwargs)

    return Call(
        layer,
        inputs,
        outputs,
        [tf.TensorSpec(t.shape, t.dtype) for t in inputs],
        [tf.TensorSpec(t.shape, t.dtype) for t in outputs],
        # What a call says of training, or a layer by its default, predict overrules here.
        {name: value for name, value in node.arguments.kwargs.items() if name != "training"},
        run,
        True,  # which a function of one output does not tell; flattened, it is the same
        node.arguments.args[0] if node.arguments.args else inputs,
    )


def part(model, output):
    """A model cut off behind one of its tensors."""
    return keras.Model(_functional(model).inputs, output)


def predict(model, samples):
    """Keras's answer, as ``predict`` gives it without XLA, which rounds otherwise."""
    run = tf.function(
        lambda *read: model(read[0] if len(read) == 1 else list(read), training=False)
    )
    starts = range(0, len(samples[0]), _BATCH)
    parts = [keras.tree.flatten(run(*(s[i : i + _BATCH] for s in samples))) for i in starts]
    found = [np.concatenate([np.asarray(p) for p in column]) for column in zip(*parts)]
    return found[0] if len(found) == 1 else found


def load(path, trust_code: bool):
    """A saved model, not compiled."""
    return keras.models.load_model(path, compile=False, safe_mode=not trust_code)


#: Layers are read as they compute at inference: terms that only carry gradients are left out.
inference = values_alone
