"""Density and flip ratio: progress line, History and TensorBoard."""

import re

import larq as lq
import numpy as np
import pytest
import tensorflow as tf

import sbnn_keras
from sbnn_keras import SparseBinaryDense

X = np.random.default_rng(0).normal(size=(64, 20)).astype(np.float32)
Y = np.random.default_rng(1).normal(size=(64, 1)).astype(np.float32)


def network():
    model = tf.keras.Sequential(
        [
            tf.keras.Input((20,)),
            SparseBinaryDense(30, connections=0.3, name="first"),
            SparseBinaryDense(1, name="last"),
        ]
    )
    model.compile(tf.keras.optimizers.Adam(0.1), "mse")
    return model


def events(folder):
    """Values of every scalar in the event files of a folder, by tag and step."""
    values = {}
    for path in folder.rglob("*tfevents*"):
        for record in tf.data.TFRecordDataset(str(path)):
            event = tf.compat.v1.Event.FromString(record.numpy())
            for value in event.summary.value:
                if value.HasField("tensor") and value.tag.startswith("epoch_"):
                    scalar = float(tf.make_ndarray(value.tensor))
                    values.setdefault(value.tag, {})[event.step] = scalar
    return values


@pytest.mark.usefixtures("eagerly")
def test_tensorboard_and_history_hold_what_numpy_counts(tmp_path):
    pytest.importorskip("tensorboard")
    model = network()
    kernels = []

    def ones():
        return np.concatenate([layer.binary_kernel().ravel() for layer in model.layers])

    before = ones()
    callbacks = [
        sbnn_keras.SparsityLogger(per_layer=True),
        tf.keras.callbacks.TensorBoard(tmp_path, update_freq="epoch"),
        tf.keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: kernels.append(ones())),
    ]
    history = model.fit(X, Y, epochs=3, verbose=0, callbacks=callbacks).history
    written = events(tmp_path)
    density = [k.mean() for k in kernels]
    flips = [(a != b).mean() for a, b in zip([before, *kernels], kernels)]
    assert max(flips) > 0
    for name, expected in (("density", density), ("flip_ratio", flips)):
        np.testing.assert_allclose(history[name], expected, rtol=1e-6)
        steps = written[f"epoch_{name}"]
        np.testing.assert_allclose([steps[i] for i in range(3)], expected, rtol=1e-6)
    assert {"epoch_first/density", "epoch_last/flip_ratio"} <= set(written)


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("verbose", [1, 2])
def test_they_stand_in_the_progress_line(verbose, capsys):
    logger = sbnn_keras.SparsityLogger()
    network().fit(X, Y, epochs=2, verbose=verbose, callbacks=[logger])
    output = capsys.readouterr().out
    assert len(re.findall(r"density: 0\.\d+ - flip_ratio: \d\.\d+", output)) == 2


def test_larqs_flip_ratio_counts_every_step():
    with lq.context.metrics_scope(["flip_ratio"]):
        model = network()
    history = model.fit(X, Y, verbose=0).history
    assert [name for name in history if "flip_ratio" in name]
