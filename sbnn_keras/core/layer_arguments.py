"""What the arguments of all sparse binary layers mean, told once."""

import inspect
import re
import textwrap
from collections.abc import Iterable

_WEIGHTS = {"depthwise": "depthwise kernel", "pointwise": "pointwise kernel"}
_WEIGHTS |= {"kernel": "kernel (the latent weights)", "bias": "bias vector"}

_DESCRIPTIONS = {
    "units": "number of outputs.",
    "filters": "number of output channels.",
    "kernel_size": "size of the window, a whole number or one for each axis.",
    "strides": "steps of the window, a whole number or one for each axis.",
    "padding": '`"valid"` or `"same"`; in `SparseBinaryConv1D` also `"causal"`.',
    "pad_values": 'what `"same"` pads with: 0, or 1 or -1 as binarized inputs have it.',
    "data_format": '`"channels_last"` or `"channels_first"`; by default Keras\'s own.',
    "dilation_rate": "spacing of the window's entries. Not together with strides.",
    "groups": "into how many groups the channels are split.",
    "depth_multiplier": "output channels of the depthwise kernel for each input channel.",
    "activation": "function of the outputs, by name or as a function; none by default.",
    "use_bias": "whether a bias is added to the scaled sums.",
    "input_quantizer": '`"auto"` is `"ste_sign"`, but `None` for the network\'s raw input. '
    '`"quant_hard_tanh"` takes two bits (`sbnn_keras.quantizers.QuantHardTanh`). '
    "Resolved when the layer is first called, and saved resolved.",
    "bias_initializer": '`"auto"` is zeros; a layer whose inputs are not signs then '
    "centres its sums on the first training batch. Or as in Keras.",
    "activity_regularizer": "as in Keras, of the outputs.",
    "connections": "share of connections in each kernel, held exactly at any time; `None` "
    "leaves it to training (about half ones), to a `ConnectionsSchedule` or to "
    "`ExpectedConnections`.",
    "domain": 'values of the weights: `"01"`, `"general"` (two learnt ones) or `"signed"` '
    "(-1, 0, 1), see `sbnn_keras.core.domains`.",
    "polarity": "negates the sums of every second output channel, as 0/1 weights can "
    'only excite. By default in the domain `"01"`.',
    "exponent": "the sums are scaled by `2**exponent`; by default the power of two nearest "
    "to `1 / sqrt(fan-in * connections)`.",
    "kwargs": "as in `tf.keras.layers.Layer`: name, dtype, trainable, input_shape.",
}
_DESCRIPTIONS |= {
    f"{part}_{what}": f"as in Keras, of the {weights}{extra}."
    for what, extra in {
        "initializer": "",
        "regularizer": "",
        "constraint": "; by default a kernel is clipped to [-1, 1]",
    }.items()
    for part, weights in _WEIGHTS.items()
    if (part, what) != ("bias", "initializer")
}
_DESCRIPTIONS["bias_constraint"] = "as in Keras, of the bias vector."
_DESCRIPTIONS |= {
    f"{part}_quantizer": "an object of `sbnn_keras.quantizers.SparseBinary`, or its name, "
    f"for the {_WEIGHTS[part]}; by default one with this layer's `connections` and `domain`."
    for part in ("kernel", "depthwise", "pointwise")
}


def describe_arguments(cls):
    """Puts what the arguments of a layer mean into its docstring."""
    if cls.__doc__:  # there is none under `python -OO`
        cls.__doc__ = described(cls.__doc__, inspect.signature(cls).parameters)
    return cls


def described(docstring: str, names: Iterable[str]) -> str:
    """A layer's docstring with what its arguments mean in place of `{arguments}`.

    Args:
        docstring: as it stands in the source, or cleaned of its indentation.
        names: the arguments, in their order.
    """

    def entries(place: re.Match) -> str:
        return "\n".join(_entry(name, place["indent"]) for name in names)

    return re.sub(r"^(?P<indent> *)\{arguments\}$", entries, docstring, flags=re.MULTILINE)


def _entry(name: str, indent: str) -> str:
    return textwrap.fill(
        f"{name}: {_DESCRIPTIONS[name]}",
        width=80 + len(indent),
        initial_indent=indent,
        subsequent_indent=indent + " " * 4,
    )


def given(scope: dict) -> dict:
    """The arguments of an `__init__`, from its `locals()`, to be handed on."""
    arguments = {k: v for k, v in scope.items() if k not in ("self", "__class__", "kwargs")}
    return {**arguments, **scope["kwargs"]}
