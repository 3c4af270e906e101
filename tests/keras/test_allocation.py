"""Small layers are denser, and the whole network has what was asked for."""

import numpy as np
import pytest
import tensorflow as tf

import sbnn_keras

pytestmark = pytest.mark.usefixtures("eagerly")

WEIGHTS = {"first": 36, "separable": 9 * 4 + 4 * 8, "wide": 8192, "last": 1280}


@pytest.fixture(scope="module")
def model():
    """Layers with `WEIGHTS`."""
    return tf.keras.Sequential(
        [
            tf.keras.Input((8, 8, 1)),
            sbnn_keras.SparseBinaryConv2D(4, 3, name="first"),
            sbnn_keras.SparseBinarySeparableConv2D(
                8, 3, padding="same", strides=3, name="separable"
            ),
            tf.keras.layers.Reshape((32,)),
            sbnn_keras.SparseBinaryDense(256, name="wide"),
            sbnn_keras.SparseBinaryDense(5, name="last"),
        ]
    )


def ones_and_weights(model):
    counts = {}
    for layer in model.layers:
        if hasattr(layer, "binary_kernels"):
            kernels = layer.binary_kernels().values()
            counts[layer.name] = (
                int(sum(np.rint(k).sum() for k in kernels)),
                sum(k.size for k in kernels),
            )
    return counts


@pytest.mark.parametrize("exponent", [0, 0.5, 1])
@pytest.mark.parametrize("connections", [0.02, 0.1, 0.5, 1.0])
def test_the_network_ends_with_the_share_asked_for(model, connections, exponent):
    shares = sbnn_keras.allocate_connections(model, connections, exponent)
    assert list(shares) == ["first", "separable", "wide", "last"]
    bound = max(0.5, connections)
    free = {k: v for k, v in shares.items() if v < bound - 1e-9}
    assert max(shares.values()) <= bound + 1e-9
    factors = [share * WEIGHTS[name] ** exponent for name, share in free.items()]
    np.testing.assert_allclose(factors, np.mean(factors) if factors else 0)
    for name in shares.keys() - free.keys():  # would be above the bound
        assert not factors or bound * WEIGHTS[name] ** exponent <= factors[0] + 1e-9

    clone = tf.keras.models.clone_model(model)
    clone.compile("sgd", "mse")
    schedule = sbnn_keras.ConnectionsSchedule(connections, overrides=shares)
    x, y = np.zeros((2, 8, 8, 1), np.float32), np.zeros((2, 5), np.float32)
    clone.fit(x, y, verbose=0, callbacks=[schedule])
    counts = ones_and_weights(clone)
    for name, (ones, weights) in counts.items():
        assert ones == pytest.approx(shares[name] * weights, abs=1)
    ones, weights = np.sum(list(counts.values()), axis=0)
    assert weights == sum(WEIGHTS.values())
    assert ones == pytest.approx(connections * weights, abs=len(counts) + 1)


def test_layers_of_one_size_are_alike():
    model = tf.keras.Sequential(
        [
            tf.keras.Input((16,)),
            sbnn_keras.SparseBinaryDense(16),
            sbnn_keras.SparseBinaryDense(16),
        ]
    )
    assert set(sbnn_keras.allocate_connections(model, 0.1).values()) == {0.1}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (dict(connections=0.0), "Wrong `connections`: found 0.0"),
        (dict(connections=0.1, exponent=2), "Wrong `exponent`: found 2"),
        (dict(connections=0.1, at_most=0), "Wrong `at_most`: found 0"),
    ],
)
def test_bad_arguments_are_named(model, arguments, said):
    with pytest.raises(ValueError, match=said):
        sbnn_keras.allocate_connections(model, **arguments)


def test_a_model_without_sparse_layers_is_refused():
    model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1)])
    with pytest.raises(ValueError, match="has no sparse binary layer with weights"):
        sbnn_keras.allocate_connections(model, 0.1)
