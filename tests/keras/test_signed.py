"""The domain "signed": weights -1, 0 and 1, of the largest magnitudes."""

import larq as lq
import numpy as np
import pytest
import tensorflow as tf

import sbnn_keras
from choice import first_of
from sbnn_keras import plots, quantizers
from sbnn_keras.quantizers import SparseBinary

pytestmark = pytest.mark.usefixtures("eagerly")

IMAGE = np.random.default_rng(0).normal(size=(32, 8, 8, 2)).astype(np.float32)
CLASSES = np.random.default_rng(1).integers(0, 3, 32)


def signed(latent: np.ndarray, count: int) -> np.ndarray:
    """Reference: a sort by magnitude."""
    kernel = np.zeros(latent.size, np.float32)
    chosen = first_of(np.abs(latent.ravel()))[:count]
    kernel[chosen] = np.where(latent.ravel()[chosen] < 0, -1, 1)
    return kernel.reshape(latent.shape)


def network(connections=None):
    arguments = dict(domain="signed", connections=connections)
    model = tf.keras.Sequential(
        [
            tf.keras.Input((8, 8, 2)),
            sbnn_keras.SparseBinarySeparableConv2D(6, 3, **arguments, name="pair"),
            sbnn_keras.SparseBinaryConv2D(6, 3, **arguments, name="conv"),
            tf.keras.layers.Flatten(),
            sbnn_keras.SparseBinaryDense(3, **arguments, name="last"),
        ]
    )
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(tf.keras.optimizers.Adam(0.03), loss)
    return model


def fit(model, callbacks=(), epochs=2):
    return model.fit(IMAGE, CLASSES, 8, epochs, verbose=0, callbacks=list(callbacks))


def kernels(model):
    return {
        f"{layer.name}/{name}": kernel
        for layer in model.layers
        if hasattr(layer, "binary_kernels")
        for name, kernel in layer.binary_kernels().items()
    }


def test_the_held_share_by_magnitude_with_the_signs_of_the_latent_weights():
    model = network(0.1)
    for epochs in (0, 2):
        if epochs:
            fit(model, epochs=epochs)
        for layer in model.layers[:2] + model.layers[3:]:
            assert not layer.polarity
            found = layer.binary_kernels()
            for name, kernel in found.items():
                latent = getattr(layer, name).latent_variable.numpy()
                count = round(0.1 * latent.size)
                assert np.count_nonzero(kernel) == count
                if epochs == 0:  # later the choice is that of the last step's beginning
                    np.testing.assert_array_equal(kernel, signed(latent, count))
                assert set(np.unique(kernel)) <= {-1.0, 0.0, 1.0}
    assert {-1.0, 1.0} <= set(np.unique(kernel))


@pytest.mark.parametrize("shape", [(784, 100), (3, 3, 16, 32), (5, 8, 64)])
def test_without_a_share_half_of_the_weights_to_begin_with(shape):
    latent = tf.keras.initializers.GlorotUniform(seed=1)(shape)
    kernel = SparseBinary(domain="signed")(latent).numpy()
    count = np.count_nonzero(kernel)
    assert count / kernel.size == pytest.approx(0.5, abs=0.03)
    np.testing.assert_array_equal(kernel, signed(latent.numpy(), count))
    np.testing.assert_array_equal(kernel, lq.quantizers.get("sparse_binary_signed")(latent).numpy())


def test_the_constraint_brings_them_to_fewer(capsys):
    model = network()
    constraint = sbnn_keras.ExpectedConnections(0.2, gamma=0.5)
    before = fit(model, [sbnn_keras.SparsityLogger()], 1).history["density"][-1]
    model.compile(tf.keras.optimizers.Adam(0.01), constraint.loss(model.loss, model))
    fit(model, [constraint], epochs=8)
    found = [kernel.ravel() for kernel in kernels(model).values()]
    share = np.mean(np.concatenate(found) != 0)
    assert constraint.share == pytest.approx(share)
    assert before > 0.3 and constraint.met and share > 0.01


def test_schedule_allocation_freezing_and_logger():
    model = network()
    shares = sbnn_keras.allocate_connections(model, 0.1)
    seen = []
    watch = tf.keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: seen.append(kernels(model)))
    logger = sbnn_keras.SparsityLogger(per_layer=True, keep_latents=True)
    callbacks = [
        sbnn_keras.ConnectionsSchedule(0.1, overrides=shares),
        sbnn_keras.FreezeConnections(1),
        logger,
        watch,
    ]
    history = fit(model, callbacks, epochs=3).history
    for name, kernel in seen[0].items():
        assert np.count_nonzero(kernel) == round(shares[name.split("/")[0]] * kernel.size)
        np.testing.assert_array_equal(seen[1][name], seen[2][name])
    first, second = (np.concatenate([k.ravel() for k in s.values()]) for s in seen[:2])
    np.testing.assert_allclose(
        history["flip_ratio"], [history["flip_ratio"][0], np.mean(first != second), 0]
    )
    np.testing.assert_allclose(history["density"][-1], np.mean(second != 0))


def test_a_change_of_sign_is_a_flip_and_plots_show_it():
    pytest.importorskip("matplotlib").use("Agg")
    model = network(0.2)
    logger = sbnn_keras.SparsityLogger()
    logger.set_model(model)
    logger.on_epoch_begin(0)
    for layer in model.layers[:2] + model.layers[3:]:
        layer.set_weights([-weights for weights in layer.get_weights()])
    logs = {}
    logger.on_epoch_end(0, logs)
    assert 0.15 < logs["flip_ratio"] == logs["density"] < 0.25
    plots.kernel_images(model.get_layer("conv"))


def test_the_summary_counts_a_bit_more_for_each_connection():
    model = tf.keras.Sequential(
        [
            tf.keras.Input((100,)),
            sbnn_keras.SparseBinaryDense(20, domain="signed", connections=0.05),
        ]
    )
    said = []
    sbnn_keras.summary(model, print_fn=said.append)
    assert "0.336" in said[-1] and "100 " in said[-1] and "held at 0.05" in said[-1]
    assert "2-bit" in said[0]


@pytest.mark.parametrize("form, connections", [("h5", None), ("keras", 0.2)])
def test_a_saved_model_predicts_the_same(connections, form, tmp_path):
    model = network(connections)
    fit(model)
    path = str(tmp_path / f"model.{form}")
    model.save(path)
    again = tf.keras.models.load_model(path)
    wanted = model.predict(IMAGE, verbose=0)
    np.testing.assert_array_equal(again.predict(IMAGE, verbose=0), wanted)
    if connections is None:
        again = network()
        again.set_weights(model.get_weights())
        np.testing.assert_array_equal(again.predict(IMAGE, verbose=0), wanted)


def test_the_alias_is_an_object_of_the_domain():
    quantizer = quantizers.SparseBinarySigned()
    assert (quantizer.domain, quantizer.precision) == ("signed", 2)
    again = type(quantizer).from_config(quantizer.get_config())
    assert again.get_config() == quantizer.get_config()
    with pytest.raises(ValueError, match="disagree: found '01' and 'signed'"):
        sbnn_keras.SparseBinaryDense(3, kernel_quantizer="sparse_binary_signed")
