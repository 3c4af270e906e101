"""Estimates of TensorFlow Lite's own ops: for all that plain C runs, close to what QEMU counts."""

import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
from builtin_model import builtin_model
from networks import K
from numeric_samples import NumericSampler
from sbnn_converter import emulation, estimate_network
from sbnn_converter.cost_model.cells import numeric_words, unknown_words
from sbnn_converter.cost_model.estimate import cores
from sbnn_converter.cost_model.measured import measured
from sbnn_converter.cost_model.network import NUMERIC
from sbnn_converter.cost_model.numeric_estimate import estimate_numeric, runs_in_c
from sbnn_converter.cost_model.numeric_features import (
    NUMERIC_KERNELS,
    has_features,
    numeric_features,
)
from sbnn_converter.cost_model.timing import KINDS
from sbnn_converter.emulation.profile import profile
from sbnn_converter.emulation.trial import try_on
from sbnn_converter.standalone import plan_export
from sbnn_converter.standalone.numeric_calls import is_view, supported_ops
from sbnn_converter.tflite.flatbuffer import StoredStep, read_stored_model
from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense

CORE = "cortex-m4"
needs_core = pytest.mark.skipif(
    bool(emulation.missing_tools(emulation.CORES[CORE])),
    reason="no cross compiler or emulator for the Cortex-M4",
)


def test_every_op_that_plain_c_runs_has_an_estimate():
    without = [name for name in supported_ops() if not has_features(name)]
    assert without and all(is_view(StoredStep(0, name, (), ())) for name in without)


@pytest.mark.parametrize("kernel", NUMERIC_KERNELS)
def test_every_kernel_has_a_cost_on_every_core(kernel):
    (op,) = read_stored_model(builtin_model(NumericSampler(3).ops(kernel, 1))).steps
    assert runs_in_c(op) and numeric_features(op)[0] == kernel
    for core in cores():
        at_once, waiting = (estimate_numeric(op, core, states)[1] for states in (0, 3))
        assert at_once.instructions > 100
        assert 0 < at_once.cycles.low <= at_once.cycles.likely <= at_once.cycles.high
        assert waiting.cycles.likely > at_once.cycles.likely


@pytest.mark.parametrize("core", measured()["numeric"]["mixes"])
def test_mixes_are_of_one_instruction(core):
    mixes = measured()["numeric"]["mixes"][core]
    assert set(mixes) == set(NUMERIC_KERNELS)
    for mix in mixes.values():
        assert set(mix) <= {*KINDS, "bytes"}
        beside = ("registers", "jump", "bytes")  # of what is counted already
        whole = sum(share for kind, share in mix.items() if kind not in beside)
        assert whole == pytest.approx(1, 0.01)


@needs_core
def test_ops_of_every_kind_are_estimated_within_15_percent_of_a_count(kernels):
    """Those of floats within 30: what software takes for them depends on the numbers."""
    sampler = NumericSampler(7)
    ops = [op for kernel in NUMERIC_KERNELS for op in sampler.ops(kernel, 2)]
    export = plan_export(builtin_model(ops))
    counted = try_on(
        export, emulation.CORES[CORE], sampler.inputs(export.network), kernels=kernels
    ).by_op
    for op, count in zip(export.ops, counted, strict=True):
        kernel, cost = estimate_numeric(op, CORE)
        bound = 0.3 if kernel.endswith("float") else 0.15
        # The board's timer counts ticks of 40 instructions.
        assert cost.instructions == pytest.approx(count, rel=bound, abs=120), (kernel, op.number)


def hybrid() -> tf.keras.Model:
    """What is int8, what is binary, and int8 again."""
    sign = dict(input_quantizer="ste_sign")
    return tf.keras.Sequential(
        [
            tf.keras.Input((16, 16, 3)),
            K.Conv2D(16, 3, padding="same", use_bias=False),
            K.BatchNormalization(),
            K.ReLU(),
            K.MaxPooling2D(2),
            SparseBinaryConv2D(32, 3, padding="same", connections=0.1, **sign),
            K.BatchNormalization(),
            K.ReLU(),
            K.DepthwiseConv2D(3, padding="same"),
            K.Conv2D(16, 3, activation="relu"),
            K.AveragePooling2D(2),
            K.Flatten(),
            SparseBinaryDense(64, connections=0.05, **sign),
            K.BatchNormalization(),
            K.ReLU(),
            K.Dense(10),
            K.Softmax(),
        ]
    )


@pytest.fixture(scope="module")
def converted() -> bytes:
    tf.keras.utils.set_random_seed(0)
    images = np.random.default_rng(2).random((16, 1, 16, 16, 3), np.float32)
    return sbnn_converter.convert_keras_model(
        hybrid(),
        inference_input_type=tf.int8,
        inference_output_type=tf.int8,
        representative_dataset=lambda: ([image] for image in images),
    )


@needs_core
def test_a_network_of_both_is_estimated_within_10_percent_of_a_count(converted, kernels):
    cost, counted = estimate_network(converted, CORE), profile(converted, CORE, kernels=kernels)
    assert not cost.unknown and cost.way("plain C") is not None
    run = [step for step in cost.steps if step.instructions]  # a view takes nothing
    for step, op in zip(run, counted.ops, strict=True):
        print(f"\n{step.kernel}: {step.instructions:,} estimated, {op.instructions:,} counted")
        if step.is_numeric:
            assert step.instructions == pytest.approx(op.instructions, rel=0.1, abs=120)
    assert cost.instructions == pytest.approx(counted.instructions, rel=0.1)
    assert counted.cycles.likely == pytest.approx(cost.cycles.likely, rel=0.1)
    assert not counted.without_cycles


def test_the_report_tells_whose_kernels_the_figures_are_of(converted):
    cost = estimate_network(converted, CORE)
    assert {"CONV_2D", "FULLY_CONNECTED", "SOFTMAX"} <= set(cost.numeric)
    assert "CONV_2D" in numeric_words(cost) and "TensorFlow Lite Micro" in numeric_words(cost)
    assert not unknown_words(cost)
    assert "estimated as plain C runs them: " in cost._repr_html_()
    assert sum(step.instructions for step in cost.steps) == cost.instructions


def test_an_op_without_a_kernel_has_no_estimate_and_all_others_have():
    model = tf.keras.Sequential(
        [tf.keras.Input((40,)), SparseBinaryDense(30), K.Dense(4, activation="elu")]
    )
    cost = estimate_network(sbnn_converter.convert_keras_model(model))
    assert cost.unknown == ["ELU"] and cost.numeric == ["FULLY_CONNECTED"]
    assert [step.instructions is None for step in cost.steps] == [False, False, True]
    assert cost.steps[1].kernel == f"{NUMERIC}dense float"
    assert cost.steps[2].cycles is None and cost.cycles.likely > cost.steps[1].cycles.likely
    assert "ELU" in unknown_words(cost) and "FULLY_CONNECTED" not in unknown_words(cost)
    assert "not included: instructions and scratch memory of ELU" in cost._repr_html_()
