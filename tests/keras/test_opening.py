"""Saved models with our layers, opened by the Keras that saved them and by the other."""

import contextlib
import json
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

import processes
import sbnn_keras.keras2 as k2
import sbnn_keras.keras3 as k3

IMAGES = (np.random.default_rng(0).integers(-128, 128, (3, 4, 4, 2)) / 128).astype("float32")


def _network(framework, front):
    inputs = framework.Input((4, 4, 2))
    x = front.SparseBinaryConv2D(3, 2, domain="signed")(inputs)
    x = framework.layers.Flatten()(framework.layers.BatchNormalization()(x))
    x = front.SparseBinaryDense(5, connections=0.3, input_quantizer="quant_hard_tanh")(x)
    return framework.Model(inputs, x)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The same network saved by both, in every form, and what each answers."""
    folder = tmp_path_factory.mktemp("saved")
    for name, framework, front in (("k2", tf.keras, k2), ("k3", keras, k3)):
        model = _network(framework, front)
        for form in (".h5", ".keras") if name == "k3" else (".h5", ".keras", "_folder"):
            model.save(folder / f"{name}{form}")
        (folder / f"{name}.json").write_text(model.to_json())
        np.save(folder / f"{name}.npy", np.asarray(model(IMAGES)))
    return folder


# What a script says of each file: the class of the answer's model, or its error.
OPEN_ALL = """
import json, sys, numpy as np
images = np.array(json.loads({images!r}), 'float32')
for file in {files}:
    path = {folder!r} + '/' + file
    try:
        if file.endswith('.json'):
            model = {keras}.models.model_from_json(open(path).read())
            found = 'configuration'
        else:
            model = {keras}.models.load_model(path)
            wanted = np.load({folder!r} + '/' + file[:2] + '.npy')
            found = 'same' if np.array_equal(np.asarray(model(images)), wanted) else 'other'
        print('ANSWER', json.dumps([file, found, type(model.layers[1]).__module__]))
    except Exception as error:
        print('ANSWER', json.dumps([file, type(error).__name__, str(error)]))
"""


def _answers(folder, beginning: str, name: str, files) -> dict[str, list]:
    text = OPEN_ALL.format(
        images=json.dumps(IMAGES.tolist()), files=list(files), folder=str(folder), keras=name
    )
    done = processes.run(["-c", beginning + "\n" + text])
    lines = [line[7:] for line in done.stdout.splitlines() if line.startswith("ANSWER")]
    assert len(lines) == len(files), done.stderr
    return {file: found for file, *found in map(json.loads, lines)}


OF_2 = ("k2.h5", "k2.keras", "k2.json", "k2_folder")
OF_3 = ("k3.h5", "k3.keras", "k3.json")
#: What a script did, what it calls its Keras, and which files that can open.
SCRIPTS = {
    "old, of Keras 2, before anything of the front is asked for": (
        "import sbnn_keras; import tensorflow as tf",
        "tf.keras",
        "keras3",
    ),
    "Keras 2 by its own name": ("import sbnn_keras, tf_keras", "tf_keras", "keras2"),
    "the way out": (
        "import os; os.environ['SBNN_KERAS'] = '2'; import sbnn_keras; import tensorflow as tf",
        "tf.keras",
        "keras2",
    ),
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_that_has_named_no_layer_opens_files_of_its_keras_and_says_why_not_others(
    folder, script
):
    beginning, name, front = SCRIPTS[script]
    own, others = (OF_3, OF_2[:3]) if front == "keras3" else (OF_2, OF_3)
    found = _answers(folder, beginning, name, (*own, *others))
    for file in own:
        wanted = "configuration" if file.endswith(".json") else "same"
        assert found[file] == [wanted, f"sbnn_keras.{front}.layers"], file
    for file in others:
        kind, message = found[file]
        assert kind == "ValueError" and "\n" not in message, message
        assert "layers of sbnn_keras saved by Keras" in message
        assert file.endswith(".json") or file in message
        assert ("SBNN_KERAS=2" if front == "keras3" else "to_keras_2") in message


@pytest.mark.parametrize("framework, files", [(tf.keras, OF_3), (keras, OF_2[:3])])
def test_where_both_are_loaded_each_refuses_files_of_the_other(folder, framework, files):
    for file in files:
        with pytest.raises(ValueError, match="^Cannot open .* wanted those of Keras [23]"):
            if file.endswith(".json"):
                framework.models.model_from_json((folder / file).read_text())
            else:
                known = {"SparseBinaryDense": k3.SparseBinaryDense}
                framework.models.load_model(folder / file, custom_objects=known)


def test_files_without_our_layers_are_keras_s_own_affair(tmp_path):
    model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1)])
    model.save(tmp_path / "plain.keras")
    again = keras.models.load_model(tmp_path / "plain.keras")
    np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])


def test_each_clones_its_own_and_refuses_those_of_the_other(folder):
    ours = {f: f.models.load_model(folder / n) for f, n in ((tf.keras, "k2.h5"), (keras, "k3.h5"))}
    for framework, model in ours.items():
        clone = framework.models.clone_model(model)
        clone.set_weights(model.get_weights())
    with pytest.raises(ValueError, match="^Cannot open"):
        keras.models.clone_model(ours[tf.keras])


_K2, _K3 = "Keras 2, wanted a part of Keras 3", "Keras 3, wanted a part of Keras 2"


@pytest.mark.parametrize(
    "front, argument, part, said",
    [
        (k2, "input_quantizer", k3.quantizers.QuantHardTanh, _K3),
        (k3, "input_quantizer", k2.quantizers.QuantHardTanh, _K2),
        (k2, "kernel_quantizer", k3.quantizers.SparseBinary, _K3),
        (k3, "kernel_quantizer", k2.quantizers.SparseBinary, _K2),
        (k2, "kernel_constraint", k3.constraints.WeightClip, _K3),
        (k3, "bias_initializer", tf.keras.initializers.Zeros, _K2),
    ],
)
def test_parts_of_the_other_keras_are_refused_by_name(front, argument, part, said):
    with pytest.raises(TypeError, match=f"`{argument}` of a SparseBinaryDense: found .*{said}"):
        front.SparseBinaryDense(3, **{argument: part()})


@pytest.mark.parametrize("front, other, framework", [(k2, k3, tf.keras), (k3, k2, keras)])
def test_a_constraint_s_loss_of_the_other_keras_is_refused(front, other, framework):
    model = framework.Sequential([framework.Input((6,)), front.SparseBinaryDense(3)])
    with contextlib.suppress(TypeError):
        model.compile("sgd", other.ExpectedConnections(0.1, 0.1).loss("mse"))
    with pytest.raises(TypeError, match="Wrong `loss` of a model: found Expected"):
        callbacks = [front.ExpectedConnections(0.1, 0.1)]
        model.fit(np.ones((2, 6)), np.ones((2, 3)), verbose=0, callbacks=callbacks)


@pytest.mark.parametrize("backend, way_out", [("theano", "KERAS_BACKEND="), ("jax", "pip install")])
def test_a_backend_that_is_none_or_missing_is_named_in_one_line(backend, way_out):
    done = subprocess.run(
        [sys.executable, "-c", "import sys; sys.modules['jax'] = None; import sbnn_keras.keras3"],
        env={**processes.as_of_users(), "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
    )
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: sbnn_keras.keras3") and backend in last, last
    assert way_out in last
