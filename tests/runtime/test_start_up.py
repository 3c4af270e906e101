"""What a runtime looks at before the first inference: the whole weight code, and what the
options promise of it; a build that trusts its models looks at the options alone."""

import ctypes
import dataclasses
import subprocess

import numpy as np
import pytest

import sbnn_converter
from host_program import COMPILER, KERNELS, RUNTIME
from one_op import one_op_model
from sbnn_converter.native import plan
from sbnn_converter.standalone import plan_export
from sbnn_converter.tensors.bit_planes import pack_bits, plane_words
from sbnn_converter.tflite.flatbuffer import StoredOp, StoredTensor
from sbnn_converter.weights.code import encode

UNITS, INPUTS = 40, 70
OPENERS = {
    "host": sbnn_converter.Interpreter,
    "micro": sbnn_converter.micro.Interpreter,
    "standalone": plan_export,
}
KERNEL = (np.random.default_rng(5).random((UNITS + 1, INPUTS)) < 0.1).astype(np.int8)
KERNEL[-1, :3] = 1  # a unit more than the ops have
MOST = int(KERNEL[:-1].sum(axis=1).max())


def dense(code: str, kernel: np.ndarray = KERNEL[:-1], **options: int) -> StoredOp:
    """Sums over the connections of ``kernel``, as an op of ``UNITS`` units."""
    coded = encode(kernel, code)
    all_options = {
        "version": 1,
        "units": UNITS,
        "planes": 1,
        "positions": INPUTS,
        "connections": coded.connections,
        "code": coded.code,
        "code_parameter": coded.parameter,
        "alpha_steps": 0,
        "domain_shift": 0,
        "most_connections": MOST,
    }
    stage = [np.ones(UNITS, np.float32), np.zeros(UNITS, np.float32)]
    return StoredOp(
        "SbnnDense",
        all_options | options,
        [coded.words.view(np.int32), *stage],
        StoredTensor("x", "INT32", (1, plane_words(INPUTS))),
        StoredTensor("y", "FLOAT32", (1, UNITS)),
    )


def with_words(op: StoredOp, words: np.ndarray) -> StoredOp:
    return dataclasses.replace(op, constants=[words.astype(np.int32), *op.constants[1:]])


def without_most(op: StoredOp) -> StoredOp:
    options = {k: v for k, v in op.options.items() if k != "most_connections"}
    return dataclasses.replace(op, options=options)


def behind_the_end(code):
    return dense(code, KERNEL)


def truncated(code):
    return with_words(dense(code), dense(code).constants[0][:-1])


def too_long(code):
    return with_words(dense(code), np.append(dense(code).constants[0], 0))


def one_too_many(code):
    return dense(code, connections=int(KERNEL[:-1].sum()) + 1)


def one_too_few(code):
    return dense(code, connections=int(KERNEL[:-1].sum()) - 1)


CODES = ("bitmap", "rice", "golomb", "sliced", "bytes")
DAMAGES = (behind_the_end, truncated, too_long, one_too_many, one_too_few)


def refusal(opener: str, op: StoredOp) -> str:
    with pytest.raises((RuntimeError, ValueError)) as caught:
        OPENERS[opener](one_op_model(op))
    return str(caught.value)


@pytest.mark.parametrize("opener", OPENERS)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_weight_code_is_refused(damage, opener):
    for code in CODES:
        for op in (damage(code), without_most(damage(code))):
            message = refusal(opener, op)
            assert "SbnnDense" in message and "the weight code is corrupt" in message


@pytest.mark.parametrize("opener", OPENERS)
@pytest.mark.parametrize("lie", [0, MOST - 1, MOST + 1, INPUTS + 1, 2**31 - 1])
def test_a_longest_channel_that_is_not_is_refused_with_what_it_is(lie, opener):
    for code in CODES:
        message = refusal(opener, dense(code, most_connections=lie))
        assert "SbnnDense" in message and "most_connections" in message
        assert f"found {lie}, wanted {MOST}" in message


@pytest.mark.parametrize("opener", ["host", "micro"])
def test_files_that_do_not_say_run_as_before(opener):
    x = np.random.default_rng(6).random((3, INPUTS)) < 0.5
    wanted = (2.0 * x - 1) @ KERNEL[:-1].T
    for code in CODES:
        for op in (dense(code), without_most(dense(code))):
            found = OPENERS[opener](one_op_model(op)).predict(pack_bits(x))
            np.testing.assert_array_equal(found, wanted)


@pytest.fixture(scope="module")
def trusting(objects, tmp_path_factory):
    """``plan_op`` of a build that trusts its models."""
    sources = [*sorted((KERNELS / "src").glob("*.c")), *sorted((RUNTIME / "ops").glob("*.c"))]
    sources.append(RUNTIME / "plan" / "plan.c")
    flags = [*COMPILER, "-O1", "-fPIC", "-DSBNN_TRUSTED_MODELS"]
    library = tmp_path_factory.mktemp("trusting") / "plan.so"
    subprocess.run(["gcc", "-shared", *objects.compile(flags, sources), "-o", library], check=True)
    loaded = ctypes.CDLL(str(library))
    loaded.SbnnPlanOp.restype = ctypes.c_bool
    loaded.SbnnPlanOp.argtypes = plan._library().SbnnPlanOp.argtypes
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(plan, "_library", lambda: loaded)
        yield plan.plan_op


def test_a_build_that_trusts_reads_no_code(trusting):
    for code in CODES:
        nonsense = with_words(dense(code), np.full_like(dense(code).constants[0], -1))
        assert trusting(nonsense).most == MOST
        with pytest.raises(ValueError, match="corrupt"):
            trusting(without_most(nonsense))
        assert trusting(without_most(dense(code))).most == MOST


@pytest.mark.parametrize("lie, wanted", [(INPUTS + 1, INPUTS), (0, None), (2**31 - 1, INPUTS)])
def test_a_build_that_trusts_checks_the_range(lie, wanted, trusting):
    connections = int(KERNEL[:-1].sum())
    least = -(-connections // UNITS)
    for code in CODES:
        message = f"most_connections .found {lie}, wanted {wanted or least}"
        with pytest.raises(ValueError, match=message):
            trusting(dense(code, most_connections=lie))


@pytest.mark.parametrize(
    "code, parameter", [("rice", 31), ("golomb", 1), ("bitmap", 1), ("bytes", 2)]
)
def test_a_build_that_trusts_checks_parameters(code, parameter, trusting):
    with pytest.raises(ValueError, match="corrupt"):
        trusting(dense(code, code_parameter=parameter))


def test_a_build_that_trusts_checks_the_size_of_sliced_weights(trusting):
    words = dense("sliced").constants[0]
    for damaged in (words[:-1], np.append(words, 0)):
        with pytest.raises(ValueError, match="corrupt"):
            trusting(with_words(dense("sliced"), damaged))
