"""Every layer of Keras in front of, between and behind sparse layers: right in all
runtimes that have its ops, or refused in one line that names it."""

import inspect
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
from keras_layers import LAYERS, NO_LAYERS, REFUSED, Case, K
from sbnn_converter import ConversionError
from sbnn_converter.micro_export.model_facts import op_additions
from sbnn_converter.standalone import plan_export
from sbnn_keras import SparseBinaryDense

sys.path.append(str(Path(__file__).parents[1] / "standalone"))
from on_host import OnHost

SAMPLES = 3
# The first runtime that lacks something, and who runs such a network then.
LACKING = ("", "c", "micro")
# Converting a loop takes seconds.
RECURRENT = (K.RNN, K.Bidirectional, K.ConvLSTM1D, K.ConvLSTM2D)


def sparse(x, units: int = 3):
    return SparseBinaryDense(units, connections=0.5, input_quantizer="ste_sign")(x)


def around(case: Case, inputs: list, sums: list) -> dict:
    """By place: what sparse layers say behind the layer, in front of them and between
    two, and what it says itself behind one."""
    behind = case.apply(sums[: case.inputs])
    found = {"between": sparse(behind), "behind": behind}
    if not isinstance(case.make(), RECURRENT):
        found["in front"] = sparse(case.apply(inputs[: case.inputs]))
    return found


def read_by(shape: tuple[int, ...]) -> tuple[list, list]:
    """Two tensors from outside, and the sums of sparse layers behind them."""
    x = tf.keras.Input(shape)
    inputs = [x, K.Rescaling(-0.5)(x)]
    return inputs, [sparse(v, shape[-1]) for v in inputs]


def network(cases: dict[str, Case]) -> tuple[tf.keras.Model, list[str]]:
    """All of the layers side by side, and what stands at each of its outputs."""
    read = {shape: read_by(shape) for shape in {case.shape: 0 for case in cases.values()}}
    outputs, names = [], []
    for name, case in cases.items():
        for place, output in around(case, *read[case.shape]).items():
            outputs.append(output)
            names.append(f"{name} {place}")
    return tf.keras.Model([inputs[0] for inputs, _ in read.values()], outputs), names


@pytest.fixture(scope="module", params=LACKING)
def converted(request):
    """Layers that lack the same runtime: converted, samples, Keras's answers by name."""
    tf.keras.utils.set_random_seed(1)
    cases = {n: case for n, case in LAYERS.items() if case.lacking == request.param}
    model, names = network(cases)
    rng = np.random.default_rng(0)
    x = [
        (rng.integers(-16, 17, (SAMPLES, *i.shape[1:])) / 8).astype(np.float32)
        for i in model.inputs
    ]
    answers = dict(zip(names, (y.numpy() for y in model(x, training=False))))
    return (
        request.param,
        sbnn_converter.convert_keras_model(model, weight_code="bitmap"),
        x,
        answers,
    )


def assert_equal(found: list[np.ndarray], answers: dict[str, np.ndarray]):
    """Sparse layers' sums are whole numbers; what stands at the end is rounded."""
    assert len(found) == len(answers)
    wrong = [
        name
        for value, (name, wanted) in zip(found, answers.items())
        if value.shape != wanted.shape
        or not np.allclose(value, wanted, rtol=1e-4, atol=1e-4 * np.abs(wanted).max())
    ]
    assert not wrong


def test_every_layer_class_is_here():
    classes = {c for c in vars(K).values() if inspect.isclass(c) and issubclass(c, K.Layer)}
    known = {name.partition(":")[0] for name in (*LAYERS, *REFUSED, *NO_LAYERS)}
    assert {c.__name__ for c in classes} == {getattr(K, name).__name__ for name in known}


def test_layers_are_right_on_the_host(converted):
    _, model, x, answers = converted
    interpreter = sbnn_converter.Interpreter(model)
    samples = [interpreter.predict([a[i : i + 1] for a in x]) for i in range(SAMPLES)]
    assert_equal([np.concatenate(parts) for parts in zip(*samples)], answers)


def test_layers_are_right_in_micro_or_refused(converted):
    lacking, model, x, answers = converted
    if lacking == "micro":
        with pytest.raises(ConversionError, match="^TensorFlow Lite Micro has no .*GELU"):
            op_additions(model)
    else:
        op_additions(model)
        interpreter = sbnn_converter.micro.Interpreter(model, arena_size=2**26)
        assert_equal(interpreter.predict(x), answers)


def test_layers_are_right_as_standalone_c_or_refused(converted, tmp_path, objects):
    lacking, model, x, answers = converted
    if lacking:
        with pytest.raises(ConversionError, match="^standalone C cannot run .*$"):
            plan_export(model)
    else:
        export = sbnn_converter.export_c(model, tmp_path / "c")
        assert_equal(OnHost(export, tmp_path / "c", objects).predict(*x), answers)


@pytest.mark.parametrize("name", REFUSED)
def test_layers_that_no_runtime_runs_are_refused_by_name(name):
    case = REFUSED[name]
    if case.dtype == "string":
        x = tf.keras.Input(case.shape, dtype="string")
        model = tf.keras.Model(x, sparse(case.apply([x])))
    else:
        inputs, sums = read_by(case.shape)
        model = tf.keras.Model(inputs[0], around(case, inputs, sums)["between"])
    kind = name.partition(":")[0]
    (layer,) = [one for one in model.layers if type(one).__name__ == kind]
    with pytest.raises(ConversionError) as refusal:
        sbnn_converter.convert_keras_model(model)
    message = str(refusal.value)
    assert f"layer '{layer.name}' ({kind}" in message and "\n" not in message
