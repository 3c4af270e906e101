"""Binary kernels stand still for the last epochs, everything else goes on learning."""

import larq as lq
import numpy as np
import pytest
import tensorflow as tf

import sbnn_keras

X = np.random.default_rng(0).normal(size=(64, 20)).astype(np.float32)
Y = np.random.default_rng(1).integers(0, 5, 64)


def network():
    layers = [
        tf.keras.Input((20,)),
        sbnn_keras.SparseBinaryDense(30, connections=0.2, domain="general", name="ours"),
        tf.keras.layers.BatchNormalization(name="normalization"),
        lq.layers.QuantDense(
            20, input_quantizer="ste_sign", kernel_quantizer="ste_sign", name="larq"
        ),
        tf.keras.layers.Dense(5, activation="softmax", name="plain"),
    ]
    model = tf.keras.Sequential(layers)
    model.compile(tf.keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    return model


class Watch(tf.keras.callbacks.Callback):
    """Notes the variables of each layer after each epoch."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(
            {
                layer.name: {v.name: v.numpy() for v in layer.variables}
                for layer in self.model.layers
            }
        )


def moved(seen, name, first, last):
    values = seen[last][name]
    return any(not np.array_equal(old, values[key]) for key, old in seen[first][name].items())


def test_kernels_stand_still_while_the_rest_learns():
    model, watch = network(), Watch()
    freeze = sbnn_keras.FreezeConnections(2)
    model.fit(X, Y, epochs=5, batch_size=16, verbose=0, callbacks=[freeze, watch])
    for name in ("ours", "larq"):
        assert moved(watch.seen, name, 1, 2)
        assert not moved(watch.seen, name, 2, 4)
    for name in ("normalization", "plain"):
        assert moved(watch.seen, name, 2, 3) and moved(watch.seen, name, 3, 4)
    # Afterwards it can be trained on as ever.
    assert all(layer.trainable for layer in model.layers)
    model.fit(X, Y, epochs=1, batch_size=16, verbose=0, callbacks=[watch])
    assert moved(watch.seen, "ours", 4, 5)


@pytest.mark.usefixtures("eagerly")
def test_a_resumed_training_stays_frozen():
    model, watch = network(), Watch()
    freeze = sbnn_keras.FreezeConnections(2)
    arguments = {"batch_size": 16, "verbose": 0, "callbacks": [freeze, watch]}
    before = model.get_layer("ours").binary_kernel()
    model.fit(X, Y, epochs=5, initial_epoch=4, **arguments)
    np.testing.assert_array_equal(model.get_layer("ours").binary_kernel(), before)


@pytest.mark.parametrize("form", ["h5", "keras"])
@pytest.mark.parametrize("saves_first", [True, False])
def test_what_is_saved_in_a_frozen_epoch_goes_on_the_same(form, saves_first, tmp_path):
    tf.keras.utils.set_random_seed(1)
    freeze, path = sbnn_keras.FreezeConnections(2), str(tmp_path / f"{{epoch}}.{form}")
    save = tf.keras.callbacks.ModelCheckpoint(path)
    callbacks = [save, freeze] if saves_first else [freeze, save]
    arguments = {"batch_size": 16, "shuffle": False, "epochs": 4, "verbose": 0}
    straight = network()
    straight.fit(X, Y, callbacks=callbacks, **arguments)
    resumed = tf.keras.models.load_model(tmp_path / f"3.{form}")
    assert all(layer.trainable for layer in resumed.layers)
    freeze = sbnn_keras.FreezeConnections(2)
    resumed.fit(X, Y, initial_epoch=3, callbacks=[freeze], **arguments)
    assert int(resumed.optimizer.iterations) == int(straight.optimizer.iterations)
    for a, b in zip(straight.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@pytest.mark.usefixtures("eagerly")
def test_a_frozen_layer_is_saved_whole(tmp_path):
    model = network()
    model.get_layer("ours").trainable = False
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "model.h5")
    loaded = tf.keras.models.load_model(tmp_path / "model.h5")
    expected = model.predict(X, verbose=0)
    np.testing.assert_array_equal(loaded.predict(X, verbose=0), expected)
    ratio = model.get_layer("ours").domain_parameters()
    assert loaded.get_layer("ours").domain_parameters() == ratio


def test_a_negative_number_is_refused():
    with pytest.raises(ValueError, match="found -1"):
        sbnn_keras.FreezeConnections(-1)


def normalized_network():
    """Sums as a batch normalization and a stream take them, in whole numbers of the samples."""
    tf.keras.utils.set_random_seed(3)
    inputs = tf.keras.Input((20,))
    sums = sbnn_keras.SparseBinaryDense(30, connections=0.2, domain="signed")(inputs)
    y = tf.keras.layers.BatchNormalization(momentum=0.5, name="norm")(sums)
    z = sbnn_keras.ResidualStream(6, momentum=0.5, name="stream")(sums)
    model = tf.keras.Model(inputs, tf.keras.layers.Dense(5)(y + z))
    model.compile(tf.keras.optimizers.Adam(0.01), "mse")
    return model, tf.keras.Model(inputs, sums)


class Momenta(tf.keras.callbacks.Callback):
    """The momentum that a file of each epoch would have."""

    def __init__(self):
        super().__init__()
        self.seen = set()

    def on_epoch_end(self, epoch, logs=None):
        self.seen.add(self.model.get_layer("norm").get_config()["momentum"])


@pytest.mark.parametrize("rest", [1, 2])
def test_statistics_are_those_of_a_whole_epoch_in_the_end(rest):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(320, 20)).astype(np.float32)
    (model, sums), momenta = normalized_network(), Momenta()
    model.fit(
        x,
        rng.normal(size=(320, 5)),
        batch_size=8,
        epochs=rest + 1,
        shuffle=False,
        verbose=0,
        callbacks=[momenta, sbnn_keras.FreezeConnections(rest)],
    )
    batches = sums.predict(x, verbose=0).reshape(40, 8, 30).mean(1)
    noise = batches.std(0)
    for name in ("norm", "stream"):
        (found,) = [v for v in model.get_layer(name).weights if "moving_mean" in v.name]
        error = (found.numpy() - batches.mean(0)) / noise
        # Of the last batches at a momentum of 0.5 it is about 0.58.
        assert np.sqrt(np.mean(error**2)) < 0.35, name
    assert momenta.seen == {0.5}


def test_of_layers_that_do_not_train_anyway_nothing_is_said(capsys):
    model, _ = normalized_network()
    (binary,) = [layer for layer in model.layers if hasattr(layer, "binary_kernel")]
    binary.trainable = False
    model.compile(tf.keras.optimizers.Adam(0.01), "mse")
    before = binary.binary_kernel()
    x = np.random.default_rng(0).normal(size=(320, 20)).astype(np.float32)
    freeze = sbnn_keras.FreezeConnections(1)
    model.fit(x, x[:, :5], batch_size=8, epochs=2, verbose=0, callbacks=[freeze])
    assert "FreezeConnections" not in capsys.readouterr().err
    np.testing.assert_array_equal(binary.binary_kernel(), before)
    assert not binary.trainable


class Stop(tf.keras.callbacks.Callback):
    """Ctrl-C in the last epoch."""

    def __init__(self, where):
        super().__init__()
        self._last = False
        setattr(self, where, self._stop)

    def on_epoch_begin(self, epoch, logs=None):
        self._last = epoch + 1 == self.params["epochs"]

    def _stop(self, batch=None, logs=None):
        if self._last:
            raise KeyboardInterrupt


class StopInStep(tf.keras.layers.Layer):
    """Raises in the second step of a rest, as an error in a step does."""

    def __init__(self, epochs):
        super().__init__()
        self.countdown = tf.Variable(4 * epochs - 2, trainable=False, dtype=tf.int32)

    def call(self, inputs, training=None):
        if training:
            left = self.countdown.assign_sub(1)
            with tf.control_dependencies([tf.debugging.assert_greater(left, 0)]):
                return tf.identity(inputs)
        return inputs


@pytest.mark.parametrize(
    ("where", "again"),
    [
        ("on_train_batch_begin", "without"),
        ("on_train_batch_end", "a new one"),
        ("on_train_batch_end", "by the batch"),
        ("on_test_begin", "without"),
        ("on_test_begin", "the same"),
        ("in a step", "without"),
        ("in a step", "the same"),
    ],
)
def test_a_stopped_rest_leaves_a_model_that_trains_as_ever(where, again):
    tf.keras.utils.set_random_seed(5)
    model, freeze = network(), sbnn_keras.FreezeConnections(1)
    arguments = {"batch_size": 16, "verbose": 0, "validation_data": (X, Y)}
    stop = Stop(where) if where != "in a step" else None
    if stop is None:
        model = tf.keras.Sequential([StopInStep(2), *model.layers])
        model.compile(tf.keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    with pytest.raises((KeyboardInterrupt, tf.errors.InvalidArgumentError)):
        model.fit(X, Y, epochs=2, callbacks=[freeze, *([stop] if stop else [])], **arguments)
    assert all(layer.trainable for layer in model.layers)
    assert model.get_layer("normalization").momentum == 0.99
    if stop is None:
        model.layers[0].countdown.assign(1000)
    watch = Watch()
    callbacks = {
        "without": [],
        "by the batch": [],
        "the same": [freeze],
        "a new one": [sbnn_keras.FreezeConnections(1)],
    }[again]
    if again == "by the batch":
        before = model.get_layer("ours").kernel.numpy()
        model.train_on_batch(X, Y)
        assert (model.get_layer("ours").kernel.numpy() != before).any()
    model.fit(X, Y, epochs=3, callbacks=[watch, *callbacks], **arguments)
    for name in ("ours", "larq"):
        assert moved(watch.seen, name, 0, 1)
        assert moved(watch.seen, name, 1, 2) == (not callbacks)
    assert moved(watch.seen, "normalization", 1, 2)
