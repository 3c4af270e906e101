"""Python code in a saved model runs with --trust_code only."""

import json
import os
import zipfile
from pathlib import Path

import pytest
import tensorflow as tf

import sbnn_converter
from programs import assert_refused
from sbnn_converter.saved.code import refuse_code
from sbnn_converter.saved.models import check_saved_model, load_keras_model
from sbnn_keras import SparseBinaryDense

K = tf.keras.layers
MARK = "MARK_OF_CODE_THAT_RAN"


def touching(x):
    import os
    import pathlib

    pathlib.Path(os.environ["MARK_OF_CODE_THAT_RAN"]).touch()
    return 2 * x


def hidden():
    return K.Lambda(touching, name="hidden")


def in_a_functional_model():
    x = tf.keras.Input((4,))
    return tf.keras.Model(x, K.Dense(4)(hidden()(x)), name="inner")


PLACES = {
    "plain": lambda: [K.Reshape((12,)), hidden()],
    "wrapped": lambda: [K.TimeDistributed(hidden()), K.Flatten()],
    "sequential": lambda: [tf.keras.Sequential([K.Reshape((12,)), hidden()])],
    "functional": lambda: [K.TimeDistributed(in_a_functional_model()), K.Flatten()],
}


@pytest.fixture
def mark(tmp_path, monkeypatch):
    monkeypatch.setenv(MARK, str(tmp_path / "ran"))
    return tmp_path / "ran"


def saved(path, place):
    """Saves a model with the Lambda in one of the places; its making has left no mark."""
    tf.keras.Sequential([tf.keras.Input((3, 4)), *PLACES[place](), SparseBinaryDense(2)]).save(path)
    os.unlink(os.environ[MARK])
    return path


def assert_refused_unrun(path, mark):
    with pytest.raises(sbnn_converter.ConversionError, match="Lambda layer 'hidden'.*--trust_code"):
        load_keras_model(path)
    assert not mark.exists()


@pytest.mark.parametrize("suffix", [".h5", ".keras"])
@pytest.mark.parametrize("place", PLACES)
def test_a_lambda(tmp_path, mark, place, suffix):
    path = saved(tmp_path / f"m{suffix}", place)
    assert_refused_unrun(path, mark)
    assert load_keras_model(path, trust_code=True).output_shape == (None, 2)
    assert mark.exists()


def test_a_lambda_in_a_saved_model_of_today_and_of_tensorflow_2_4(tmp_path, mark):
    from tensorflow.core.protobuf import saved_model_pb2
    from tf_keras.protobuf import saved_metadata_pb2

    path = saved(tmp_path / "m", "functional")
    assert_refused_unrun(path, mark)
    assert load_keras_model(path, trust_code=True).output_shape == (None, 2)
    mark.unlink()
    # Then, the layers stood in saved_model.pb itself.
    stored, metadata = path / "saved_model.pb", path / "keras_metadata.pb"
    graph = saved_model_pb2.SavedModel.FromString(stored.read_bytes())
    objects = graph.meta_graphs[0].object_graph_def.nodes
    for node in saved_metadata_pb2.SavedMetadata.FromString(metadata.read_bytes()).nodes:
        objects[node.node_id].user_object.metadata = node.metadata
    stored.write_bytes(graph.SerializeToString())
    metadata.unlink()
    check_saved_model(path)
    assert_refused_unrun(path, mark)


def test_on_the_command_line(sbnn_convert, tmp_path, mark):
    path = saved(tmp_path / "m.h5", "plain")
    assert_refused(
        sbnn_convert(path), "m.h5", "'hidden'", "--trust_code", folder=tmp_path, left=["m.h5"]
    )
    assert sbnn_convert(path, "--trust_code").returncode == 0
    assert mark.exists()


def layer(class_name, module="keras.layers", **config):
    return {
        "module": module,
        "class_name": class_name,
        "config": {"name": "l", **config},
        "registered_name": None,
    }


def function(name, module):
    return {"class_name": "function", "config": name, "module": module, "registered_name": name}


@pytest.mark.parametrize(
    "found, words",
    [
        (layer("Lambda", function_type="function"), "Lambda layer 'l'"),
        (layer("core.Lambda", "tf_keras.src.layers"), "Lambda layer 'l'"),
        (
            layer("Dense", activation={"class_name": "__lambda__", "config": {"value": []}}),
            "a Python function in layer 'l'",
        ),
        (
            layer(
                "RNN", cell=layer("ResidualWrapper", residual_fn=["4w"], residual_fn_type="lambda")
            ),
            "a Python function",
        ),
        (layer("Doubled", "mine.layers"), "'Doubled' of module 'mine.layers' in layer 'l'"),
        (layer("Doubled", "__main__"), "module '__main__'"),
        (layer("Evil", "keras_evil.layers"), "module 'keras_evil.layers'"),
        (layer("os.system", "tf_keras.src.utils.data_utils"), "'os.system'"),
        (layer("Activation", activation=function("system", "os")), "'system' of module 'os'"),
        (layer("Activation", activation=function("eval", "builtins")), "'eval'"),
        (layer("Activation", activation=function("get_file", "keras.utils")), "'get_file'"),
        (layer("Activation", activation=function("os.system", "keras.activations")), "'os.system'"),
        (layer("TFOpLambda", function="io.gfile.rmtree"), "tf.io.gfile.rmtree"),
        (layer("TFOpLambda", function="io.write_file"), "tf.io.write_file"),
        (layer("TFOpLambda", function="load_library"), "tf.load_library"),
        (layer("TFOpLambda", function="compat.v1.py_func"), "tf.compat.v1.py_func"),
        (layer("TFOpLambda", function="keras.utils.get_file"), "tf.keras.utils.get_file"),
        (layer("TensorFlowOpLayer", node_def="{}"), "a TensorFlow op in layer 'l'"),
    ],
)
def test_code_of_other_kinds(found, words):
    for configuration in (found, layer("TimeDistributed", layer=found), {"config": [[found]]}):
        with pytest.raises(sbnn_converter.ConversionError) as caught:
            refuse_code(Path("m"), [layer("Dense"), configuration])
        assert words in str(caught.value)


def test_what_is_no_strangers_code_is_loaded(tmp_path):
    # Functions of TensorFlow and Keras, losses of the user's that are not loaded.
    x = tf.keras.Input((4,))
    y = K.Dense(4, activation=tf.nn.relu)(tf.math.special.expint(tf.abs(x[:, ::-1]) + 1.0))
    y = K.Dense(4, activation=tf.math.tanh, kernel_initializer=tf.ones_initializer())(y)
    y = K.Bidirectional(K.LSTM(2))(tf.reshape(y, (-1, 2, 2)))
    y = K.Activation(tf.keras.activations.gelu)(tf.nn.relu6(tf.concat([y, x], -1)))
    model = tf.keras.Model(x, SparseBinaryDense(2, kernel_constraint="weight_clip")(y))
    model.compile("adam", loss=lambda wanted, found: found)
    for name in ("m.h5", "m.keras"):
        model.save(tmp_path / name)
        assert load_keras_model(tmp_path / name).output_shape == (None, 2)


def test_a_damaged_configuration(sbnn_convert, tmp_path):
    path = tmp_path / "m.keras"
    tf.keras.Sequential([tf.keras.Input((4,)), SparseBinaryDense(2)]).save(path)
    with zipfile.ZipFile(path) as whole:
        contents = {name: whole.read(name) for name in whole.namelist()}
    contents["config.json"] = json.dumps([1]).encode()
    os.unlink(path)
    with zipfile.ZipFile(path, "w") as broken:
        for name, content in contents.items():
            broken.writestr(name, content)
    assert_refused(sbnn_convert(path), "config.json is no map")
