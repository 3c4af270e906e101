"""Layers of Keras 3 beside those of Keras 2: the same kernels, sums, counts and files."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_model_optimization.sparsity import keras as tfmot

import sbnn_converter
import sbnn_keras.keras2 as k2
import sbnn_keras.keras3 as k3
from every_layer import every_layer
from sbnn_converter.saved.models import check_saved_model, load_keras_model
from sbnn_keras.moving import to_keras_2

L = keras.layers


@pytest.fixture(scope="module")
def images():
    return (np.random.default_rng(0).integers(-128, 128, (32, 8, 8, 3)) / 128).astype("float32")


@pytest.fixture(scope="module")
def trained(images):
    keras.utils.set_random_seed(0)
    model = every_layer()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, run_eagerly=True)
    labels = np.random.default_rng(1).integers(0, 10, len(images))
    model.fit(images, labels, epochs=1, batch_size=16, verbose=0)
    return model


@pytest.fixture(scope="module")
def answers(trained, images):
    return np.asarray(trained(images))


def test_moved_to_keras_2_kernels_scales_and_predictions_are_the_same_numbers(
    trained, images, answers
):
    moved = to_keras_2(trained)
    np.testing.assert_array_equal(moved(tf.constant(images)), answers)
    for layer in trained.layers:
        other = moved.get_layer(layer.name)
        if hasattr(other, "binary_kernels"):
            for name, kernel in layer.binary_kernels().items():
                np.testing.assert_array_equal(kernel, other.binary_kernels()[name])
            np.testing.assert_array_equal(layer.output_scale, other.output_scale)


def test_a_saved_model_is_the_same_when_loaded_and_converts(trained, images, answers, tmp_path):
    path = tmp_path / "model.keras"
    trained.save(path)
    again = keras.models.load_model(path)
    np.testing.assert_array_equal(np.asarray(again(images)), answers)
    check_saved_model(path)
    of_file = sbnn_converter.convert_keras_model(load_keras_model(path))
    assert of_file == sbnn_converter.convert_keras_model(trained)
    found = sbnn_converter.Interpreter(of_file).predict(images)
    np.testing.assert_allclose(found, answers, rtol=0, atol=1e-5)


def test_decay_has_the_numbers_of_tensorflow_model_optimization():
    for arguments in [(0.5, 0.95, 3, 400), (0.0, 0.99, 0, 1000, 2)]:
        ours, theirs = k3.PolynomialDecay(*arguments), tfmot.PolynomialDecay(*arguments)
        for step in range(0, 1100, 7):
            wanted = float(theirs(tf.constant(step))[1])
            assert abs(ours(step)[1] - wanted) <= 1.2e-7, step
            assert ours(step)[0] == bool(theirs(tf.constant(step))[0]), step


@pytest.mark.parametrize("domain", ["01", "general", "signed"])
def test_a_schedule_holds_the_same_counts_at_every_step_in_both(domain):
    decay = k3.PolynomialDecay(0.5, 0.9, 2, 12, frequency=3)
    x, y = np.ones((40, 6), "float32"), np.zeros((40, 5), "float32")

    def counts(front, framework):
        found = []

        class Watch(framework.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                held = self.model.layers[-1].kernel_quantizers()[0].held
                assert int(np.sum(held.mask)) == int(held.count)
                found.append(int(held.count))

        layer = front.SparseBinaryDense(5, domain=domain)
        model = framework.Sequential([framework.Input((6,)), layer])
        model.compile("sgd", "mse", run_eagerly=True)
        callbacks = [front.ConnectionsSchedule(decay), Watch()]
        model.fit(x, y, epochs=2, batch_size=4, verbose=0, callbacks=callbacks)
        return found

    found = counts(k3, keras)
    assert found == counts(k2, tf.keras)
    assert found[0] == 15 and found[-1] == 3


def test_a_constraint_on_connections_takes_the_same_steps_in_both(rng):
    x = (rng.integers(-128, 128, (32, 30)) / 128).astype("float32")
    y = rng.integers(0, 4, 32)
    latent = 0.3 * rng.uniform(-1, 1, (30, 4))
    ways = []
    for front, framework in ((k2, tf.keras), (k3, keras)):
        layer = front.SparseBinaryDense(4)
        model = framework.Sequential([framework.Input((30,)), layer])
        layer.kernel.assign(latent)
        constraint, way = front.ExpectedConnections(0.2, 0.9), []
        loss = framework.losses.SparseCategoricalCrossentropy(from_logits=True)
        rate = framework.optimizers.SGD(0.1)
        model.compile(rate, constraint.loss(loss, model), run_eagerly=True)
        for batch in range(0, 32, 4):
            model.train_on_batch(x[batch : batch + 4], y[batch : batch + 4])
            way.append(layer.get_weights()[0])
        ways.append(way)
    np.testing.assert_allclose(*ways, rtol=0, atol=1e-6)
    shares = [np.mean(kernel > 0) for kernel in ways[1]]
    assert shares[0] > 0.4 and shares[-1] <= 0.2, shares


def test_a_kernel_of_signs_is_that_of_larq():
    layer = k3.SparseBinaryDense(4, domain="signs", input_quantizer=None)
    layer.build((None, 3))
    kernel = np.linspace(-1, 1, 12).reshape(3, 4)
    kernel[0, 0] = 0.0
    layer.kernel.assign(kernel)
    np.testing.assert_array_equal(layer.binary_kernel(), np.where(kernel >= 0, 1.0, -1.0))
    with pytest.raises(ValueError, match="every weight is a connection"):
        k3.SparseBinaryDense(4, domain="signs", connections=0.1)


def test_both_fronts_take_the_same_arguments_with_the_same_defaults():
    import inspect

    for name in k2.__all__:
        one, other = getattr(k2, name), getattr(k3, name)
        if inspect.isclass(one) or inspect.isfunction(one):
            mine = inspect.signature(other).parameters
            for argument, parameter in inspect.signature(one).parameters.items():
                assert mine[argument].default == parameter.default, (name, argument)


def _keras_2_model():
    return tf.keras.Sequential([tf.keras.Input((5,)), tf.keras.layers.Dense(3)])


def _fit(callback):
    model = _keras_2_model()
    model.compile("adam", "mse")
    model.fit(np.zeros((4, 5)), np.zeros((4, 3)), verbose=0, callbacks=[callback])


MIXED = [
    lambda: _fit(k3.ConnectionsSchedule(0.1)),
    lambda: _fit(k3.SparsityLogger()),
    lambda: k3.summary(_keras_2_model()),
    lambda: to_keras_2(_keras_2_model()),
    lambda: k3.SparseBinaryDense(3)(tf.keras.Input((5,))),
    lambda: tf.keras.Sequential([k3.SparseBinaryDense(3)]),
]


@pytest.mark.parametrize("use", MIXED)
def test_what_is_of_keras_2_is_refused_in_one_line(use):
    with pytest.raises(TypeError) as caught:
        use()
    assert "Keras 3" in str(caught.value)


@pytest.mark.parametrize(
    "operation", [lambda y: y * 2.0, keras.ops.softmax], ids=["product", "softmax"]
)
def test_an_operation_that_is_no_layer_is_called_one(operation):
    inputs = keras.Input((8,))
    model = keras.Model(inputs, operation(k3.SparseBinaryDense(4, connections=0.5)(inputs)))
    with pytest.raises(ValueError, match="of `keras.ops`, wanted a layer") as caught:
        to_keras_2(model)
    assert "\n" not in str(caught.value)
