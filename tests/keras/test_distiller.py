"""A student learns from a teacher: the loss against NumPy, and training by `fit`."""

import numpy as np
import pytest
import tensorflow as tf

import sbnn_keras
from sbnn_keras import Distiller

RNG = np.random.default_rng(0)


def network(classes=3, softmax=True, name=None):
    layers = [tf.keras.Input((5,)), tf.keras.layers.Dense(classes)]
    return tf.keras.Sequential([*layers, *[tf.keras.layers.Softmax()] * softmax], name=name)


def softmax(logits):
    e = np.exp(logits - logits.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("weighted", [False, True, "in a column"])
def test_the_loss_is_that_of_the_paper(from_logits, weighted):
    x = RNG.normal(size=(12, 5)).astype(np.float32)
    y = RNG.integers(0, 3, 12)
    weights = RNG.uniform(0, 2, 12).astype(np.float32) if weighted else None
    student, teacher = network(softmax=not from_logits), network(softmax=not from_logits)
    for model in (student, teacher):
        kernel, bias = model.layers[0].get_weights()
        model.layers[0].set_weights([kernel * 3, bias + RNG.normal(size=3)])
    student.layers[0].add_loss(lambda: tf.constant(0.25))
    distiller = Distiller(student, teacher, 0.6, 2.5, from_logits=from_logits)
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits)
    distiller.compile(tf.keras.optimizers.SGD(0.0), loss)
    given = tf.constant(weights) if weighted else None
    if weighted == "in a column":
        given = given[:, None]
    found = distiller.compute_loss(
        tf.constant(x), tf.constant(y), distiller(x, training=True), given
    )
    logits = [
        x.astype(np.float64) @ model.layers[0].get_weights()[0] + model.layers[0].get_weights()[1]
        for model in (student, teacher)
    ]
    own = -np.log(softmax(logits[0]))[np.arange(12), y]
    p, q = softmax(logits[1] / 2.5), softmax(logits[0] / 2.5)
    apart = (p * np.log(p / q)).sum(-1)
    w = np.ones(12) if weights is None else weights
    wanted = np.mean(w * (0.4 * own + 0.6 * 2.5**2 * apart)) + 0.25
    np.testing.assert_allclose(found, wanted, rtol=1e-4)
    # What is logged: the labels' loss, and the teacher's.
    logs = distiller.evaluate(x, y, sample_weight=weights, verbose=0, return_dict=True)
    np.testing.assert_allclose(logs["loss"], np.mean(w * own) + 0.25, rtol=1e-4)
    np.testing.assert_allclose(logs["distillation_loss"], np.mean(w * 2.5**2 * apart), rtol=1e-4)


def test_fit_schedules_the_student_and_leaves_the_teacher(tmp_path):
    x = RNG.normal(size=(200, 5)).astype(np.float32)
    y = (x[:, 0] > 0).astype(int)
    layers = [
        sbnn_keras.SparseBinaryDense(16, input_quantizer=None, domain="signed"),
        tf.keras.layers.BatchNormalization(),
        sbnn_keras.SparseBinaryDense(3, domain="signed"),
        tf.keras.layers.Softmax(),
    ]
    student = tf.keras.Sequential([tf.keras.Input((5,)), *layers])
    teacher = tf.keras.Sequential(
        [tf.keras.Input((5,)), sbnn_keras.SparseBinaryDense(3, input_quantizer=None)]
        + [tf.keras.layers.BatchNormalization(), tf.keras.layers.Softmax()]
    )
    before = teacher.get_weights()
    distiller = Distiller(student, teacher)
    distiller.compile(tf.keras.optimizers.Adam(1e-2), "sparse_categorical_crossentropy", ["acc"])
    schedule = sbnn_keras.ConnectionsSchedule(0.25)
    best = tf.keras.callbacks.ModelCheckpoint(str(tmp_path / "best"), save_weights_only=True)
    history = distiller.fit(
        x, y, epochs=3, verbose=0, callbacks=[schedule, best], validation_data=(x, y)
    ).history
    assert history["loss"][-1] < history["loss"][0]
    assert {"acc", "val_acc", "val_loss"} <= set(history)
    assert layers[0].kernel_quantizer.held_share == 0.25
    assert teacher.layers[0].kernel_quantizer.held_share is None
    for old, new in zip(before, teacher.get_weights()):
        np.testing.assert_array_equal(old, new)
    np.testing.assert_array_equal(distiller.predict(x, verbose=0), student.predict(x, verbose=0))
    assert len(distiller.variables) == len(student.variables)
    again = Distiller(tf.keras.models.clone_model(student), teacher)
    again.load_weights(str(tmp_path / "best")).assert_existing_objects_matched()
    np.testing.assert_array_equal(
        again.student.predict(x, verbose=0), student.predict(x, verbose=0)
    )


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: Distiller(network(), network(), alpha=1.5), "Wrong `alpha`: found 1.5"),
        (lambda: Distiller(network(), network(), temperature=0), "Wrong `temperature`: found 0"),
        (lambda: Distiller(network(3), network(4)), "found 3 and 4 classes"),
        (
            lambda: Distiller(tf.keras.Sequential([tf.keras.layers.Dense(3)]), network()),
            "found outputs of the shape",
        ),
    ],
)
def test_bad_input_is_told(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("form", ["h5", "keras", "tf"])
def test_what_is_saved_beside_a_teacher_is_the_student(form, tmp_path):
    student = network()
    distiller = Distiller(student, network())
    distiller.compile("adam", "sparse_categorical_crossentropy")
    x, y = np.random.default_rng(0).normal(size=(16, 5)), np.arange(16) % 3
    path = str(tmp_path / ("folder" if form == "tf" else f"last.{form}"))
    distiller.fit(x, y, epochs=2, verbose=0, callbacks=[tf.keras.callbacks.ModelCheckpoint(path)])
    saved = tf.keras.models.load_model(path)
    assert [layer.name for layer in saved.layers] == [layer.name for layer in student.layers]
    np.testing.assert_array_equal(saved.predict(x, verbose=0), student.predict(x, verbose=0))
    with pytest.raises(NotImplementedError, match="distiller.save"):
        tf.keras.models.save_model(distiller, str(tmp_path / "another.keras"))
