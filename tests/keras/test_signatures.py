"""The layers show every argument of Larq's, and say what each means."""

import inspect

import larq as lq
import pytest

import sbnn_keras
from sbnn_keras import layers

OURS = {"connections": None, "domain": "01", "polarity": None, "exponent": None}
CHANGED = {"input_quantizer": "auto", "bias_initializer": "auto"}


def defaults(cls):
    parameters = inspect.signature(cls).parameters.values()
    return {p.name: p.default for p in parameters if p.kind is not p.VAR_KEYWORD}


@pytest.mark.parametrize("name", layers.__all__)
def test_arguments_are_larqs_in_order_and_then_ours(name):
    ours = defaults(getattr(sbnn_keras, name))
    theirs = defaults(getattr(lq.layers, name.replace("SparseBinary", "Quant")))
    assert list(ours) == [*theirs, *OURS]
    assert ours == {**theirs, **CHANGED, **OURS}


@pytest.mark.parametrize("name", layers.__all__)
def test_each_argument_is_described(name):
    text = inspect.getdoc(getattr(sbnn_keras, name))
    for argument in defaults(getattr(sbnn_keras, name)):
        assert f"\n    {argument}: " in text
    for part in ("```python", "Input shape:", "Output shape:", "Raises:"):
        assert part in text


def test_positional_arguments_go_where_larq_puts_them():
    layer = sbnn_keras.SparseBinaryConv2D(4, 3, 2, "same", 1.0, activation="relu")
    assert (layer.strides, layer.padding, layer.pad_values) == ((2, 2), "same", 1.0)
    assert layer.activation.__name__ == "relu"
