"""Moves a trained network from Keras 3 to Keras 2, whatever backend trained it.

    model = sbnn_keras.to_keras_2(keras.models.load_model("model.keras"))

The network is built anew in layers of Keras 2 and Larq, and weights and connections are
copied as they are: its predictions are the same numbers.
"""

import weakref

import numpy as np

from sbnn_keras.front import is_installed
from sbnn_keras.moved_settings import is_of_keras, settings_of

# By the model that each was moved into.
_originals: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


def original_of(model):
    """The model of Keras 3 that one of Keras 2 was moved from; None if it was not moved."""
    return _originals.get(model)


def to_keras_2(model):
    """The same network in layers of Keras 2.

    Args:
        model: a built Sequential or functional model of Keras 3.

    Returns:
        A model of Keras 2, not compiled, with the same weights and the same connections.

    Raises:
        ImportError: Keras 2 or Larq is not installed.
        TypeError: it is no model of Keras 3.
        ValueError: the model has not been built, calls a function that is no layer, or has
            a layer that Keras 2 does not know.
    """
    for package in ("tf_keras", "larq"):
        if not is_installed(package):
            raise ImportError(
                f"Moving a model of Keras 3 to Keras 2 needs {package}, which is not installed. "
                "Run: pip install sbnn-keras"
            )
    from sbnn_keras.keras3.keras_2 import check_model

    check_model(model)
    functional = getattr(model, "_functional", model)
    if functional is None or not hasattr(functional, "_nodes_by_depth"):
        raise ValueError(
            f"Wrong model {model.name!r}: found a {type(model).__name__} without a graph of "
            "layers, wanted a built Sequential or functional model. Give it its input shape."
        )
    moved = _Builder().model(functional, model.name)
    _originals[moved] = model
    return moved


class _Builder:
    """Builds layers and tensors of Keras 2 for those of Keras 3, each once."""

    def __init__(self):
        self._layers = {}

    def model(self, functional, name: str):
        import tf_keras
        from keras import Layer

        tensors = {}
        inputs = []
        for tensor in functional._inputs:
            dtype = str(tensor.dtype)
            inputs.append(tf_keras.Input(tensor.shape[1:], dtype=dtype, name=_port(tensor)))
            tensors[id(tensor)] = inputs[-1]
        for depth in sorted(functional._nodes_by_depth, reverse=True):
            for node in functional._nodes_by_depth[depth]:
                # Functions that find masks are called, too; Keras 2 finds them again.
                if not node.is_input and isinstance(node.operation, Layer):
                    self._call(node, tensors)
        outputs = [_moved(tensor, tensors) for tensor in functional._outputs]
        built = tf_keras.Model(_one(inputs), _one(outputs), name=name)
        for layer, other in self._layers.values():
            _copy_weights(layer, other)
        return built

    def _call(self, node, tensors) -> None:
        from keras import tree

        def moved(value):
            return _moved(value, tensors)

        masks = [getattr(tensor, "_keras_mask", None) for tensor in node.input_tensors]
        given = {
            name: value
            for name, value in node.arguments.kwargs.items()
            # Prediction overrules what a call says of training, but not so in Keras 2.
            if value is not None
            and name != "training"
            and not (name == "mask" and _is_among(value, masks))
        }
        args, given = tree.map_structure(moved, (node.arguments.args, given))
        found = self._layer(node.operation)(*args, **given)
        results = found if isinstance(found, (list, tuple)) else [found]
        tensors.update({id(tensor): result for tensor, result in zip(node.outputs, results)})

    def _layer(self, layer):
        if id(layer) not in self._layers:
            self._layers[id(layer)] = (layer, self._made(layer))
        return self._layers[id(layer)][1]

    def _made(self, layer):
        import tf_keras
        from keras import Model, tree

        if isinstance(layer, Model):
            return to_keras_2(layer)
        from sbnn_keras.keras3.layers_base import SparseBinaryLayer

        name = type(layer).__name__
        if not is_of_keras(layer):
            raise ValueError(
                f"Layer {layer.name!r} cannot be moved to Keras 2: found {name} of "
                f"{type(layer).__module__!r}, wanted a layer of Keras or of sbnn_keras; what it "
                "computes can be a function in keras.layers.Lambda or Activation."
            )
        if isinstance(layer, SparseBinaryLayer):
            return _sparse_binary(layer, self._made)
        from sbnn_keras import keras2

        if name == "Lambda":
            return tf_keras.layers.Lambda(
                layer.function, mask=layer.mask, arguments=layer.arguments, name=layer.name
            )
        if name == "Bidirectional":
            forward, backward = map(self._made, (layer.forward_layer, layer.backward_layer))
            return tf_keras.layers.Bidirectional(
                forward, layer.merge_mode, backward_layer=backward, name=layer.name
            )
        known = getattr(keras2, name, None) or getattr(tf_keras.layers, name, None)
        if known is None:
            known = _known_quantizer(name)
        if known is None:
            raise ValueError(
                f"Layer {layer.name!r} cannot be moved to Keras 2: found {name}, wanted a layer "
                "that Keras 2 has under this name."
            )
        settings = settings_of(layer, known, self._made)
        if any(isinstance(value, tf_keras.layers.Layer) for value in tree.flatten(settings)):
            return known(**settings)  # `from_config` wants the layers' configurations
        return known.from_config(settings)


def _known_quantizer(name: str):
    """The quantizer that Keras 2 has under a name, ours or Larq's; None if it has none."""
    from sbnn_keras.keras2 import quantizers

    return getattr(quantizers, name, None) or _larq_quantizer(name)


def _larq_quantizer(name: str):
    import larq

    return getattr(larq.quantizers, name, None)


def _port(tensor) -> str:
    return tensor._keras_history.operation.name


def _moved(value, tensors: dict):
    """The tensor of Keras 2 for one of Keras 3; what is no tensor as it is."""
    from keras import KerasTensor

    if not isinstance(value, KerasTensor):
        return value
    if id(value) not in tensors:
        operation = value._keras_history.operation
        raise ValueError(
            f"Operation {operation.name!r} cannot be moved to Keras 2: found "
            f"{type(operation).__name__} of `keras.ops`, wanted a layer, such as "
            "keras.layers.Softmax() or Rescaling(2.0)."
        )
    return tensors[id(value)]


def _is_among(mask, found: list) -> bool:
    """Whether a mask is one that Keras has found itself, as Keras 2 does again."""
    from keras import tree

    return all(any(one is other for other in found) for one in tree.flatten(mask))


def _one(items: list):
    return items[0] if len(items) == 1 else items


def _quantizer(quantizer):
    """A quantizer of inputs in the form of Keras 2."""
    from keras import Layer

    if not isinstance(quantizer, Layer):
        return quantizer
    name = type(quantizer).__name__
    known = _known_quantizer(name)
    if known is None:
        raise ValueError(
            f"Quantizer {quantizer.name!r} cannot be moved to Keras 2: found {name}, wanted one "
            "of sbnn_keras.keras3.quantizers."
        )
    return known.from_config(settings_of(quantizer, known))


def _sparse_binary(layer, moved):
    from sbnn_keras import keras2
    from sbnn_keras.keras2 import quantizers

    known = getattr(keras2, type(layer).__name__)
    is_sparse = layer.kernel_quantizers()[0].is_sparse
    if not is_sparse:
        known = _plain_binary(layer)
    config = settings_of(layer, known, moved)
    config["input_quantizer"] = _quantizer(layer.input_quantizer)
    for argument in [name for name in config if name.endswith("quantizer")]:
        if argument == "input_quantizer":
            continue
        if is_sparse:
            settings = dict(config[argument]["config"], dtype="float32")
            config[argument] = quantizers.SparseBinary(**settings)
        else:
            clip = config[argument]["config"]["clip_value"]
            config[argument] = _larq_quantizer("SteSign")(clip_value=clip)
    if not is_sparse and config.get("bias_initializer") == "auto":
        config["bias_initializer"] = "zeros"
    return known(**config)


def _plain_binary(layer):
    """The layer of Larq for one with weights ±1.

    Raises:
        ValueError: it scales its sums, which layers of Larq do not.
    """
    import larq

    if layer.exponent or layer.polarity:
        raise ValueError(
            f"Layer {layer.name!r} cannot be moved to Keras 2: found weights ±1 with "
            f"exponent={layer.exponent} and polarity={layer.polarity}, wanted 0 and False, as "
            "Larq's layers compute."
        )
    return getattr(larq.layers, type(layer).__name__.replace("SparseBinary", "Quant"))


def _numbers(variable) -> np.ndarray:
    from keras import ops

    return ops.convert_to_numpy(variable.value)


def _copy_weights(layer, other) -> None:
    from keras import Model

    from sbnn_keras.keras3.layers_base import SparseBinaryLayer
    from sbnn_keras.keras3.residual_stream import ResidualStream

    if isinstance(layer, Model):
        return  # whose layers have had theirs when it was moved
    if isinstance(layer, SparseBinaryLayer):
        _copy_sparse_binary(layer, other)
    elif type(layer).__name__ in ("TimeDistributed", "SpectralNormalization"):
        _copy_weights(layer.layer, other.layer)
        if hasattr(other, "vector_u"):
            other.vector_u.assign(_numbers(layer.vector_u))
    elif isinstance(layer, ResidualStream):
        own = layer._normalization
        names = ("gamma", "beta", "moving_mean", "moving_variance")
        other._normalization.set_weights([_numbers(getattr(own, name)) for name in names])
    elif hasattr(other, "set_weights"):
        # What draws random numbers has a state of its own in Keras 3.
        weights = [_numbers(v) for v in layer.weights if "seed_generator" not in v.path]
        found, wanted = [w.shape for w in weights], [tuple(w.shape) for w in other.weights]
        if found != wanted:
            raise ValueError(
                f"Layer {layer.name!r} cannot be moved to Keras 2: found weights of the shapes "
                f"{found}, wanted {wanted}, as {type(layer).__name__} has there."
            )
        other.set_weights(weights)


def _copy_sparse_binary(layer, other) -> None:
    for name, quantizer in zip(layer._kernel_names, layer.kernel_quantizers()):
        kernel = getattr(other, name)
        getattr(kernel, "latent_variable", kernel).assign(_numbers(quantizer.latent))
        if quantizer.is_sparse:
            _copy_state(quantizer, other._get_quantizer(name))
    if layer.use_bias:
        other.bias.assign(layer.whole_bias)
    if layer._domain_scale is not None:
        other._domain_scale.assign(_numbers(layer._domain_scale))
    if layer._first_batch_seen is not None and other.__dict__.get("_first_batch_seen") is not None:
        other._first_batch_seen.assign(_numbers(layer._first_batch_seen))
    step = getattr(layer.input_quantizer, "_step", None)
    if step is not None:
        other.input_quantizer._step.assign(_numbers(step))


def _copy_state(quantizer, other) -> None:
    for mine, its in zip(quantizer.held.variables(), other.held.variables()):
        its.assign(_numbers(mine).astype(its.dtype.as_numpy_dtype))
    for name in ("_ratio", "_sharpness"):
        if getattr(quantizer, name) is not None:
            getattr(other, name).assign(_numbers(getattr(quantizer, name)))
