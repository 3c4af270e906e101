"""What sbnn-convert says to files that look like models of Keras 2 and are none.

Nothing here needs the converter: importing it fails."""

import inspect
import sys
import zipfile

import h5py
import pytest
import tensorflow as tf

from programs import assert_refused
from sbnn_converter.saved.models import load_keras_model
from sbnn_keras import SparseBinaryDense

CONFIG = '{"class_name": "Sequential", "config": {"name": "s", "layers": []}}'


@pytest.fixture(autouse=True)
def no_converter(monkeypatch):
    monkeypatch.setitem(sys.modules, "sbnn_converter.convert", None)


def h5(path, **attributes):
    with h5py.File(path, "w") as file:
        file.attrs.update(attributes)
    return path


def archive(path, **files):
    with zipfile.ZipFile(path, "w") as file:
        for name, content in files.items():
            file.writestr(f"{name}.json", content)
    return path


def a_saved_model(folder, content):
    folder.mkdir()
    (folder / "saved_model.pb").write_bytes(content)
    return folder


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda p: a_saved_model(p / "m", b"..keras_tensor.."), ("Keras 3's model.export()",)),
        (lambda p: h5(p / "m.h5"), ("no Keras model", "model_config")),
        (lambda p: archive(p / "m.keras", metadata="{}"), ("without a config.json",)),
        (lambda p: archive(p / "m.keras", config=CONFIG), ("metadata.json", "damaged")),
        (lambda p: archive(p / "m.keras", config=CONFIG, metadata="{"), ("metadata.json",)),
        (lambda p: archive(p / "m.keras", config=CONFIG, metadata="[]"), ("no map",)),
        (lambda p: archive(p / "m.zip", config=CONFIG), ("rename it to 'm.keras'",)),
        (lambda p: a_saved_model(p / "m", b"") / "saved_model.pb", ("name its folder",)),
        (lambda p: p, ("holds no saved_model.pb",)),
    ],
)
def test_what_is_no_model_of_keras_2(sbnn_convert, tmp_path, make, words):
    assert_refused(sbnn_convert(make(tmp_path)), *words)


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A folder with the weights of a small model in each form, and its graph."""
    folder = tmp_path_factory.mktemp("weights")
    model = tf.keras.Sequential([tf.keras.Input((3,)), SparseBinaryDense(2)])
    model.save_weights(folder / "legacy.h5")
    model.save_weights(folder / "net.weights.h5")
    model.save_weights(folder / "checkpoint-1")
    model.export(folder / "exported")
    tf.saved_model.save(model, str(folder / "graph"))
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "legacy.h5",
        "net.weights.h5",
        "checkpoint-1",
        "checkpoint-1.index",
        "checkpoint",
        "checkpoint-1.data-00000-of-00001",
        "",
    ],
)
def test_weights_alone(sbnn_convert, weights, name):
    result = sbnn_convert(weights / name)
    assert_refused(result, name, "weights alone", "load_weights", "model.save")


@pytest.mark.parametrize("name", ["exported", "graph"])
def test_a_graph_alone(sbnn_convert, weights, name):
    result = sbnn_convert(weights / name)
    assert_refused(result, name, "without Keras's layers", "model.export()", "model.save(")


def test_a_deep_model_is_opened_whatever_depth_python_allows(tmp_path):
    # Keras calls itself once a layer; a thousand calls are Python's limit.
    x = inputs = tf.keras.Input((2,))
    for _ in range(300):
        x = tf.keras.layers.ReLU()(x)
    tf.keras.Model(inputs, x).save(tmp_path / "deep.h5")
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 250)
    try:
        model = load_keras_model(tmp_path / "deep.h5")
        assert len(model.layers) == 301
        assert sys.getrecursionlimit() < 1000
    finally:
        sys.setrecursionlimit(before)
