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
        "held": trained(0.2, [], True),
        "schedule": trained(None, [ConnectionsSchedule(0.1)], True),
        "unbuilt": trained(None, [ConnectionsSchedule(0.1)], False),
        "frozen": frozen(trained(0.2, [FreezeConnections(1)], True)),
    }


def frozen(model):
    for layer in model.layers:
        layer.trainable = False
    return model


def through_weights(model, again, path):
    again.set_weights(model.get_weights())


def through_file(name):
    def restore(model, again, path):
        model.save_weights(path / name)
        again.load_weights(path / name)

    return restore


def through_checkpoint(model, again, path):
    written = tf.train.Checkpoint(model=model).write(path / "checkpoint")
    status = tf.train.Checkpoint(model=again).read(written)
    if again.built:
        status.assert_existing_objects_matched()


WAYS = {
    "set_weights": through_weights,
    "tf": through_file("weights"),
    "h5": through_file("w.h5"),
    "weights.h5": through_file("w.weights.h5"),
    "checkpoint": through_checkpoint,
}


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
    "after a batch": after_a_batch,
    "held, after a batch": lambda: after_a_batch(0.4),
    "already traced": traced,
}


@pytest.fixture(scope="module")
def models():
    tf.keras.utils.set_random_seed(0)
    return sources()


@pytest.mark.parametrize("target", TARGETS)
def test_every_way_of_saving_gives_the_same_predictions(target, models, tmp_path):
    again = TARGETS[target]()
    for way, restore in WAYS.items():
        for name, model in models.items():
            restore(model, again, tmp_path)
            expected = model(X).numpy()
            traced = target == "already traced"
            found = again.predict(X, verbose=0) if traced else again(X)
            np.testing.assert_array_equal(found, expected, err_msg=f"{way}, {name}")


def test_a_checkpoint_waits_for_a_model_without_input_shape(models, tmp_path):
    again = network(built=False)
    WAYS["tf"](models["schedule"], again, tmp_path)
    np.testing.assert_array_equal(again(X), models["schedule"](X))
    assert again.layers[0].connections == pytest.approx(0.1)


def test_training_goes_on_with_what_was_restored(models, tmp_path):
    again, wanted = network(), network(0.4)
    WAYS["tf"](models["schedule"], again, tmp_path)
    again.fit(X, Y, verbose=0, batch_size=8)
    assert again.layers[0].binary_kernels()["kernel"].size * 0.1 == ones(again)
    # A share that the layer asks for is held where the file holds none.
    WAYS["tf"](models["loose"], wanted, tmp_path)
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
    again.load_weights(path).assert_consumed()
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
    np.testing.assert_array_equal(ours.layers[0].kernel.numpy(), top)
