"""Weights restored into a model built anew bring their connections with them."""

import larq as lq
import numpy as np
import pytest
import tensorflow as tf

import sbnn_keras
from sbnn_keras import ConnectionsSchedule, FreezeConnections, SparseBinaryDense
from sbnn_keras.quantizers import SparseBinary

X = np.random.default_rng(0).normal(size=(32, 20)).astype(np.float32)
Y = np.random.default_rng(1).normal(size=(32, 5)).astype(np.float32)


def network(connections=None, built=True):
    # Rare choices, so that the last one is not that of the latent weights at the end.
    quantizer = SparseBinary(connections, domain="general", refresh_every=3)
    layers = [
        SparseBinaryDense(30, kernel_quantizer=quantizer, domain="general", name="first"),
        SparseBinaryDense(5, connections=connections, name="last"),
    ]
    model = tf.keras.Sequential([tf.keras.Input((20,))] * built + layers)
    model.compile("adam", "mse", run_eagerly=True)
    return model


def trained(connections, callbacks, built):
    model = network(connections, built)
    model.fit(X, Y, batch_size=16, epochs=2, verbose=0, callbacks=callbacks)
    return model


def sources():
    return {
        "loose": trained(None, [], True),
        "schedule": trained(None, [ConnectionsSchedule(0.1)], True),
        "unbuilt": trained(None, [ConnectionsSchedule(0.1)], False),
        "frozen": frozen(trained(0.2, [FreezeConnections(1)], True)),
    }


def frozen(model):
    for layer in model.layers:
        layer.trainable = False
    return model


def save(model, folder):
    """What the model predicts, and ways to restore it into another one."""
    files = [folder / name for name in ("weights", "w.h5", "w.weights.h5")]
    for file in files:
        model.save_weights(file)
    checkpoint = tf.train.Checkpoint(model=model).write(folder / "checkpoint")
    weights = model.get_weights()
    ways = [lambda again, file=file: again.load_weights(file) for file in files]
    ways.append(lambda again: again.set_weights(weights))
    ways.append(
        lambda again: (
            tf.train.Checkpoint(model=again).read(checkpoint).assert_existing_objects_matched()
        )
    )
    return model(X).numpy(), ways


def after_a_batch(connections=None):
    model = network(connections)
    model.train_on_batch(X, Y)
    return model


def traced():
    model = network()
    model.compile("adam", "mse")
    model.predict(X, verbose=0)
    return model


TARGETS = {
    "new": network,
    "other share": lambda: network(0.4),
    "held, after a batch": lambda: after_a_batch(0.4),
    "already traced": traced,
}


@pytest.fixture(scope="module")
def models():
    tf.keras.utils.set_random_seed(0)
    return sources()


@pytest.fixture(scope="module")
def saved(models, tmp_path_factory):
    return {name: save(m, tmp_path_factory.mktemp(name)) for name, m in models.items()}


@pytest.mark.parametrize("target", TARGETS)
def test_every_way_of_saving_gives_the_same_predictions(target, saved):
    again = TARGETS[target]()
    for way in range(5):
        for name, (expected, ways) in saved.items():
            ways[way](again)
            is_traced = target == "already traced"
            found = again.predict(X, verbose=0) if is_traced else again(X)
            np.testing.assert_array_equal(found, expected, err_msg=f"{way}, {name}")


def test_a_checkpoint_waits_for_a_model_without_input_shape(models, tmp_path):
    again = network(built=False)
    models["schedule"].save_weights(tmp_path / "weights")
    again.load_weights(tmp_path / "weights")
    np.testing.assert_array_equal(again(X), models["schedule"](X))
    assert again.layers[0].connections == pytest.approx(0.1)


def test_training_goes_on_with_what_was_restored(models):
    again, wanted = network(), network(0.4)
    again.set_weights(models["schedule"].get_weights())
    again.fit(X, Y, verbose=0, batch_size=8)
    assert ones(again) == 0.1 * 600
    # A share that the layer asks for is held where nothing held the weights.
    wanted.set_weights(models["loose"].get_weights())
    wanted.fit(X, Y, verbose=0)
    assert ones(wanted) == 0.4 * 600


def ones(model):
    kernel = model.layers[0].binary_kernel()
    return (kernel == kernel.max()).sum()


def test_the_best_weights_of_a_run_are_restored_by_checkpoint_callback(tmp_path):
    model = network()
    path = str(tmp_path / "best")
    keep = tf.keras.callbacks.ModelCheckpoint(path, save_weights_only=True)
    model.fit(X, Y, verbose=0, callbacks=[ConnectionsSchedule(0.1), keep])
    again = network()
    # Of the optimizer there is nothing yet to restore.
    again.load_weights(path).assert_existing_objects_matched()
    np.testing.assert_array_equal(again(X), model(X))
    lines = []
    sbnn_keras.summary(again, print_fn=lines.append)
    assert "held at 0.1" in "\n".join(lines) and "Not controlled" not in "\n".join(lines)


def test_latent_weights_of_larqs_layers_choose_the_connections(tmp_path):
    theirs = tf.keras.Sequential([tf.keras.Input((20,)), lq.layers.QuantDense(5)])
    ours = tf.keras.Sequential([tf.keras.Input((20,)), SparseBinaryDense(5, connections=0.1)])
    theirs.save_weights(tmp_path / "larq")
    ours.load_weights(tmp_path / "larq").expect_partial()
    kernel = theirs.layers[0].kernel.numpy()
    top = kernel >= np.sort(kernel.ravel())[-10]
    np.testing.assert_array_equal(ours.layers[0].binary_kernel(), top)
