"""The networks that come with the package: shapes, schemes, bad arguments."""

import numpy as np
import pytest
import tensorflow as tf

import sbnn_keras
from sbnn_keras.applications import BinaryNet


def layers_of(model, kind):
    return [layer for layer in model.layers if isinstance(layer, kind)]


def sparse_layers(model):
    return layers_of(model, (sbnn_keras.SparseBinaryConv2D, sbnn_keras.SparseBinaryDense))


def test_binarynet_has_the_published_channels_and_one_stream():
    model = BinaryNet(width=0.125, connections=0.1, first_domain="general")
    sparse = sparse_layers(model)
    assert [layer.kernel.shape[-1] for layer in sparse] == [16, 16, 32, 32, 64, 64, 10]
    assert [layer.domain for layer in sparse] == ["general"] + 6 * ["signed"]
    assert [layer.kernel_quantizer.held_share for layer in sparse] == pytest.approx(
        [
            round(0.1 * layer.kernel.shape.num_elements()) / layer.kernel.shape.num_elements()
            for layer in sparse
        ]
    )
    assert sparse[0].input_quantizer is None
    assert {layer.input_quantizer.bits for layer in sparse[1:]} == {2}
    assert [layer.bits for layer in layers_of(model, sbnn_keras.ResidualStream)] == 5 * [6]
    x = np.random.default_rng(0).integers(-128, 128, (3, 32, 32, 3)).astype(np.float32) / 128
    outputs = model.predict(x, verbose=0)
    np.testing.assert_allclose(outputs.sum(-1), 1, rtol=1e-5)
    features = BinaryNet((16, 24, 1), width=0.125, include_top=False)
    assert features.output_shape == (None, 2, 3, 64)


def test_binarynet_without_streams_normalizes_every_layer():
    model = BinaryNet(width=0.125, bits=1, stream_bits=None, classes=3, domain="01")
    assert not layers_of(model, sbnn_keras.ResidualStream)
    assert len(layers_of(model, tf.keras.layers.BatchNormalization)) == 7
    assert sparse_layers(model)[-1].polarity


@pytest.mark.parametrize(
    "arguments, message",
    [
        (dict(input_shape=(7, 32, 3)), r"Wrong `input_shape`: found \(7, 32, 3\)"),
        (dict(classes=0), "Wrong `classes`: found 0"),
        (dict(width=0), "Wrong `width`: found 0"),
        (dict(bits=5), "Wrong `bits`: found 5"),
        (dict(stream_bits=1), "Wrong `bits`: found 1"),
        (dict(domain="two"), "Unknown domain: found 'two'"),
        (dict(latent_bound=0.0), "Wrong `clip_value`: found 0.0"),
    ],
)
def test_bad_input_is_told(arguments, message):
    with pytest.raises(ValueError, match=message):
        BinaryNet(**{"width": 0.125, **arguments})
