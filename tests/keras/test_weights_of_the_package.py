"""Trained weights in the package: loaded, converted, and as good as their cards say."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
import sbnn_keras
from sbnn_keras import applications
from sbnn_keras.applications import MLP, BinaryNet, ResNet8, SoundNet, stored_weights

SAMPLES = Path(__file__).parent / "samples"
RUNTIMES = (sbnn_converter.Interpreter, sbnn_converter.micro.Interpreter)


@pytest.fixture(scope="module", params=applications.all_weights(), ids="-".join)
def shipped(request):
    """A network with the weights, its converted form, and the card."""
    network, name = request.param
    card = applications.card(network, name)
    model = getattr(applications, network)(weights=name, **card["arguments"])
    return model, sbnn_converter.convert_keras_model(model), card


def test_what_was_trained_is_what_is_loaded(shipped):
    model, converted, card = shipped
    shape = (8, *model.input_shape[1:])
    x = (np.random.default_rng(0).integers(-128, 128, shape) / 128).astype(np.float32)
    keras = model.predict(x, verbose=0)
    # Answers of the network as training left it.
    np.testing.assert_allclose(keras, card["made_up_inputs"], atol=6e-5)
    for runtime in RUNTIMES:
        np.testing.assert_allclose(runtime(converted).predict(x), keras, atol=1e-6)
    kernels = [x.binary_kernel() for x in model.layers if hasattr(x, "binary_kernel")]
    found = sum(map(np.count_nonzero, kernels)) / sum(kernel.size for kernel in kernels)
    assert found == pytest.approx(card["connections"], abs=1e-6)


def test_it_keeps_the_accuracy_of_its_card_on_a_sample_of_the_data(shipped):
    model, converted, card = shipped
    if "sample" not in card:
        pytest.skip("its data may not be passed on: see benchmarks/accuracy/evaluate.py")
    with np.load(SAMPLES / f"{card['data'].split()[0].lower()}.npz") as sample:
        x, y = (sample["x"].astype(np.float32) - 128) / 128, sample["y"]
    answers = [model.predict(x, verbose=0)] + [run(converted).predict(x) for run in RUNTIMES]
    right = [int((found.argmax(1) == y).sum()) for found in answers]
    assert right == 3 * [card["sample"]["right"]] and len(y) == card["sample"]["samples"]
    # Three standard deviations of a sample of this size.
    error = np.sqrt(card["accuracy"] * (1 - card["accuracy"]) / len(y))
    assert abs(right[0] / len(y) - card["accuracy"]) < 3 * error


def test_a_card_says_where_weights_come_from_and_what_they_cost():
    card = applications.card("SoundNet", "spoken_digits")
    assert "CC BY-SA 4.0" in card["data"] and card["test_samples"] == 300
    assert card["command"].startswith("python benchmarks/accuracy/train.py --data DATA")
    assert card["differing_from_keras"]["tflm"] == 0
    assert 0 < card["ram_bytes"] < card["model_bytes"] < card["instructions"]


@pytest.fixture(scope="module")
def sound_net():
    return SoundNet(weights="spoken_digits")


def test_without_top_the_first_layers_are_the_same(sound_net):
    x = np.random.default_rng(1).integers(-128, 128, (4, 49, 16)).astype(np.float32) / 128
    features = SoundNet(weights="spoken_digits", include_top=False, classes=3)
    (flat,) = [x for x in sound_net.layers if isinstance(x, tf.keras.layers.Flatten)]
    expected = tf.keras.Model(sound_net.inputs, flat.input)(x)
    np.testing.assert_array_equal(features(x), expected)
    longer = SoundNet((80, 16), weights="spoken_digits", include_top=False)
    assert longer.output_shape == (None, 1, 10, 96)


def test_loaded_weights_can_be_trained_on_and_keep_their_connections():
    model = SoundNet(weights="spoken_digits")
    layers = [x for x in model.layers if hasattr(x, "binary_kernel")]
    before = [np.count_nonzero(layer.binary_kernel()) for layer in layers]
    assert [round(x.connections * x.kernel.shape.num_elements()) for x in layers] == before
    first = layers[-1].binary_kernel()
    x = np.random.default_rng(2).integers(-128, 128, (20, 49, 16)).astype(np.float32) / 128
    adam = tf.keras.optimizers.Adam(0.5)
    model.compile(adam, "sparse_categorical_crossentropy", run_eagerly=True)
    model.fit(x, np.arange(20) % 10, 5, verbose=0)
    assert [np.count_nonzero(layer.binary_kernel()) for layer in layers] == before
    assert (layers[-1].binary_kernel() != first).any()


@pytest.mark.parametrize("domain", ["01", "general", "signed"])
def test_every_domain_and_streams_are_kept_in_a_file(domain, tmp_path):
    def network():
        return MLP((6, 6), units=(16, 16), stream_bits=5, domain=domain, include_top=False)

    trained, rng = network(), np.random.default_rng(3)
    x = rng.integers(-128, 128, (32, 6, 6)).astype(np.float32) / 128
    trained.compile(tf.keras.optimizers.Adam(0.05), "mse", run_eagerly=True)
    schedule = sbnn_keras.ConnectionsSchedule(0.2)
    trained.fit(x, rng.normal(0, 1, (32, 16)), 8, verbose=0, callbacks=[schedule])
    stored_weights.save(trained, tmp_path / "w.npz")
    loaded = network()
    stored_weights.load(loaded, tmp_path / "w.npz")
    np.testing.assert_array_equal(loaded(x), trained(x))
    stored_weights.load(loaded, tmp_path / "w.npz")  # again, over what is there
    np.testing.assert_array_equal(loaded(x), trained(x))
    # No latent weight of the training is in the file.
    with np.load(tmp_path / "w.npz") as arrays:
        assert {str(a.dtype) for key, a in arrays.items() if key.endswith("kernel")} == {"int8"}


@pytest.mark.parametrize(
    "network, arguments, message",
    [
        (MLP, dict(weights="imagenet"), r"Wrong `weights`: found 'imagenet', wanted None or one"),
        (MLP, dict(weights=3), r"Wrong `weights`: found 3, wanted"),
        (ResNet8, dict(weights="cifar10"), r"No `weights` for 'ResNet8' in the package"),
        (SoundNet, dict(classes=12), r"Wrong `classes`: found 12, wanted 10 .* include_top=False"),
        (SoundNet, dict(input_shape=(50, 16)), r"Wrong `input_shape`: found \(50, 16\), wanted"),
        (SoundNet, dict(width=0.5), r"Wrong `width`: found 0.5, wanted 0.375 as in the weights"),
        (SoundNet, dict(bits=1), r"Wrong `bits`: found 1, wanted 2"),
        (SoundNet, dict(first_domain="01"), r"Wrong `first_domain`: found '01', wanted"),
        (SoundNet, dict(connections=0.1), r"Wrong `connections`: found 0.1, wanted none"),
        (SoundNet, dict(input_shape=(49, 8), include_top=False), r"Wrong `input_shape`: found"),
    ],
)
def test_what_weights_do_not_fit_is_told_in_one_line(network, arguments, message):
    with pytest.raises(ValueError, match=message) as raised:
        network(**{"weights": "spoken_digits", **arguments})
    assert "\n" not in str(raised.value)


def test_arguments_said_in_another_way_fit():
    arguments = dict(first_domain="signed", latent_bound=1.0, weights="spoken_digits")
    assert SoundNet([49, 16], include_top=False, **arguments).output_shape[-1] == 96


def test_a_card_that_is_not_there_is_told():
    with pytest.raises(ValueError, match="Wrong `weights`: found 'mnist'"):
        applications.card("SoundNet", "mnist")
    with pytest.raises(ValueError, match="No `weights` for 'LogMel'"):
        applications.card("LogMel", "mnist")
    assert BinaryNet(weights=None, width=0.0625).name == "binarynet"
