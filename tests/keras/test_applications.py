"""The networks that come with the package: shapes, schemes, bad arguments."""

import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
import sbnn_keras
from sbnn_keras.applications import MLP, BinaryNet, LogMel, ResNet8, SmallCNN, SoundNet
from sbnn_keras.applications.shapes import stages


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
        (dict(stream_bits=1), "Wrong `stream_bits`: found 1"),
        (dict(domain="two"), "Unknown domain: found 'two'"),
        (dict(latent_bound=0.0), "Wrong `latent_bound`: found 0.0"),
        (dict(stream_bits=2.5), "Wrong `stream_bits`: found 2.5"),
        (dict(connections=1.5), "Wrong `connections`: found 1.5"),
        (dict(input_shape=(None, None, 3)), r"Wrong `input_shape`: found \(None, None, 3\)"),
    ],
)
def test_bad_input_is_told(arguments, message):
    with pytest.raises(ValueError, match=message):
        BinaryNet(**{"width": 0.125, **arguments})


@pytest.mark.parametrize(
    "network, shape",
    [(MLP, ()), (SmallCNN, (3, 28, 1)), (ResNet8, (32, 7, 3)), (SoundNet, (7, 16))],
)
def test_each_network_tells_what_it_cannot_see(network, shape):
    with pytest.raises(ValueError, match="Wrong `input_shape`: found .* wanted"):
        network(shape)
    wrong = {
        "input_shape": (None, shape[1:], "abc"),
        "classes": (0, 2.5, None),
        "width": (-1, 0, float("nan"), "a", 100),
        "connections": (0, "a"),
        "bits": (0, 2.5),
        "stream_bits": (1, 17),
        "latent_bound": (-1, None),
        "include_top": ("no", None, 2),
        "name": (3,),
    }
    for argument, values in wrong.items():
        for value in values:
            with pytest.raises(ValueError, match=f"^Wrong `{argument}`: found .* wanted .*$"):
                network(**{argument: value})


@pytest.mark.parametrize("units", [[0], [-3], [12.5], [True], 5, "abc", b"abc", None, {8: 1}])
def test_wrong_units_are_told(units):
    for arguments in ({}, {"weights": "mnist"}):
        with pytest.raises(ValueError, match="^Wrong `units`: found .* wanted .*$"):
            MLP(units=units, **arguments)


def test_units_that_no_stream_goes_through_are_told():
    for units in ([64, 64, 96], [64, 64, 32]):
        with pytest.raises(ValueError, match="Wrong `units`: found .*multiple of the one before"):
            MLP(units=units, stream_bits=6)
        assert MLP((4,), units=units, include_top=False).output_shape == (None, units[-1])


@pytest.mark.parametrize("arguments", [{}, {"include_top": False}])
def test_ready_made_networks_tell_what_has_no_shape(arguments):
    with pytest.raises(ValueError, match="Wrong `input_shape`: found None"):
        MLP(input_shape=None, weights="mnist", **arguments)


@pytest.mark.parametrize("width", [0.001, 0.1, 0.3, 1 / 3, 0.6, 0.7])
@pytest.mark.parametrize("network, first", [(BinaryNet, 128), (ResNet8, 64), (SoundNet, 64)])
def test_streams_go_through_networks_of_any_width(network, first, width):
    model = network(width=width, stream_bits=6)
    count = max(1, round(width * first))
    widths = [layer.kernel.shape[-1] for layer in sparse_layers(model)]
    if network is ResNet8:
        assert widths.pop(0) == max(1, round(width * 16))
    assert widths == [count, count, 2 * count, 2 * count, 4 * count, 4 * count, 10]


@pytest.mark.parametrize("width", [0.125, 0.25, 0.375, 0.5, 0.75, 1])
def test_widths_of_whole_numbers_are_those_of_each_stage(width):
    assert stages((128, 256, 512), width) == [width * 128, width * 256, width * 512]


def test_units_of_a_stream_stay_multiples_at_any_width():
    model = MLP((12,), units=(9, 10, 10, 30), width=0.45, stream_bits=5)
    assert [layer.kernel.shape[-1] for layer in sparse_layers(model)] == [4, 4, 4, 12, 10]
    model = MLP((12,), units=(9, 10, 30), width=0.45)
    assert [layer.kernel.shape[-1] for layer in sparse_layers(model)] == [4, 4, 14, 10]


def test_default_widths_and_streams():
    def widths(model):
        return [layer.kernel.shape[-1] for layer in sparse_layers(model)]

    assert widths(MLP()) == [512, 512, 10]
    assert widths(SmallCNN()) == [16, 32, 128, 10]
    resnet, sound = ResNet8(width=0.25), SoundNet(width=0.5, stream_bits=6)
    assert widths(resnet) == [4, 16, 16, 32, 32, 64, 64, 10]
    assert widths(sound) == [32, 32, 64, 64, 128, 128, 10]
    assert len(layers_of(resnet, sbnn_keras.ResidualStream)) == 6
    assert len(layers_of(sound, sbnn_keras.ResidualStream)) == 5
    assert MLP((12,), units=(8, 16, 16), stream_bits=5, include_top=False).output_shape[1] == 16
    assert ResNet8(width=0.25, include_top=False).output_shape == (None, 4, 4, 64)
    assert SoundNet(include_top=False).output_shape == (None, 1, 6, 96)


@pytest.mark.parametrize(
    "model",
    [
        lambda: MLP((6, 6, 1), classes=4, units=(16, 16, 16), stream_bits=6),
        lambda: SmallCNN((8, 8, 1), classes=4, width=0.25),
        lambda: ResNet8((8, 8, 3), classes=4, width=0.125),
        lambda: SoundNet((16, 8), classes=4, width=0.125, stream_bits=6),
    ],
    ids=["mlp", "small_cnn", "resnet8", "sound_net"],
)
def test_a_trained_network_answers_alike_when_converted(model):
    model = model()
    rng = np.random.default_rng(0)
    x = rng.integers(-128, 128, (32, *model.input_shape[1:])).astype(np.float32) / 128
    model.compile("adam", "sparse_categorical_crossentropy", run_eagerly=True)
    shares = sbnn_keras.allocate_connections(model, 0.3)
    schedule = sbnn_keras.ConnectionsSchedule(0.3, overrides=shares)
    before = model.layers[-3].get_weights()[0].copy()
    model.fit(x, rng.integers(0, 4, 32), 16, verbose=0, callbacks=[schedule])
    assert (model.layers[-3].get_weights()[0] != before).any()
    converted = sbnn_converter.convert_keras_model(model)
    expected = model.predict(x, verbose=0)
    for runtime in (sbnn_converter.Interpreter, sbnn_converter.micro.Interpreter):
        np.testing.assert_allclose(runtime(converted).predict(x), expected, atol=1e-6)


def test_log_mel_features_are_those_of_the_formula():
    rate, frame, hop, bands = 1000, 64, 32, 5
    rng = np.random.default_rng(0)
    sounds = rng.normal(0, 0.1, (2, 200)).astype(np.float32)
    sounds[1, 100:] = 0
    layer = LogMel(rate, frame, hop, bands, lowest=20.0, decades=4.0)
    found = layer(sounds).numpy()
    assert found.shape == (2, 5, 5) == layer.compute_output_shape((2, 200))
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(frame) / frame)
    frames = np.stack([sounds[:, i * hop :][:, :frame] * window for i in range(5)], 1)
    power = abs(np.fft.rfft(frames)) ** 2

    def mel(f):
        return 1127 * np.log1p(f / 700)

    edges = np.linspace(mel(20), mel(rate / 2), bands + 2)
    place = mel(np.arange(frame // 2 + 1) * rate / frame)[:, None]
    up = (place - edges[:-2]) / (edges[1:-1] - edges[:-2])
    down = (edges[2:] - place) / (edges[2:] - edges[1:-1])
    triangles = np.maximum(0, np.minimum(up, down))
    triangles[0] = 0  # TensorFlow leaves the constant out
    with np.errstate(divide="ignore"):
        levels = np.log10(power @ triangles)
    expected = 1 + 2 / 4.0 * (levels - levels.max((1, 2), keepdims=True))
    np.testing.assert_allclose(found, np.clip(expected, -1, 127 / 128), atol=1.01 / 128)
    assert (found * 128 == np.round(found * 128)).all()
    assert (found[1, -1] == -1).all() and found.max() == 127 / 128  # silence, the loudest
    # Loudness does not matter, and silence alone is no division by 0.
    np.testing.assert_allclose(layer(sounds / 4).numpy(), found, atol=1.01 / 128)
    assert (layer(np.zeros((1, 200))).numpy() == -1).all()
    assert (layer.sample_rate, layer.frame, layer.hop, layer.bands) == (rate, frame, hop, bands)
    again = LogMel.from_config(layer.get_config())
    np.testing.assert_array_equal(again(sounds).numpy(), found)
    with pytest.raises(ValueError, match="Wrong `lowest`: found 500"):
        LogMel(rate, lowest=500)
