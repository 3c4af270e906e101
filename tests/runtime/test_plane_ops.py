"""Ops on channels of several planes: hosts, TensorFlow Lite Micro and standalone C give
what NumPy says of the numbers that the planes are."""

import dataclasses
import json
import math
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from flatbuffers import flexbuffers

import sbnn_converter
from on_host import OnHost
from one_op import one_op_model
from sbnn_converter.emitter.editor import FlatbufferEditor
from sbnn_converter.tensors.bit_planes import pack_bits, plane_words
from sbnn_converter.tflite.flatbuffer import StoredOp, StoredTensor

IMAGE, VECTOR = (6, 9, 5), (37,)  # neither fills its words
RNG = np.random.default_rng(1)


def numbers(planes: int, shape=IMAGE) -> np.ndarray:
    return RNG.integers(0, 2**planes, (3, *shape))


def pack(x: np.ndarray, planes: int) -> np.ndarray:
    """Numbers ``[samples, ..., channels]`` as the planes of a file."""
    bits = x[..., None] >> np.arange(planes) & 1
    if x.ndim == 2:  # a plane after another
        return pack_bits(np.moveaxis(bits, -1, 1)).reshape(len(x), -1)
    channels_first = np.moveaxis(bits, (-2, -1), (1, 2))
    return pack_bits(channels_first.reshape(len(x), x.shape[-1] * planes, -1))


def tensor(planes: int, shape=IMAGE) -> StoredTensor:
    *image, channels = shape
    if not image:
        return StoredTensor("x", "INT32", (1, planes * plane_words(channels)))
    return StoredTensor("x", "INT32", (1, channels * planes, plane_words(math.prod(image))))


def options(reads: int, writes: int, **more: int) -> dict[str, int]:
    return {"version": 2, "in_planes": reads, "out_planes": writes, **more}


def windows(height: int, width: int, strides: tuple[int, int]) -> dict[str, int]:
    sides = {"in_height": 6, "in_width": 9, "channels": 5}
    sides |= {"out_height": (6 - height) // strides[0] + 1}
    sides |= {"out_width": (9 - width) // strides[1] + 1}
    sides |= {"pool_height": height, "pool_width": width}
    return sides | {"stride_height": strides[0], "stride_width": strides[1]}


def pooled(x: np.ndarray, o: dict[str, int], pool) -> np.ndarray:
    """``pool`` of each window, an array ``[samples, positions, channels]``."""
    parts = [
        [
            pool(x[:, y : y + o["pool_height"], z : z + o["pool_width"]].reshape(3, -1, 5))
            for z in range(0, o["out_width"] * o["stride_width"], o["stride_width"])
        ]
        for y in range(0, o["out_height"] * o["stride_height"], o["stride_height"])
    ]
    return np.moveaxis(np.array(parts), 2, 0)


def max_pool():
    x, o = numbers(3), windows(3, 2, (2, 3))
    marks = np.array([0, 1, 0, 1, 1], bool)
    wanted = pooled(x, o, lambda w: np.where(marks, w.min(1), w.max(1)))
    options_ = options(3, 3, **o, pad_top=0, pad_left=0)
    shape = wanted.shape[1:]
    op = StoredOp("SbnnMaxPool2D", options_, [pack_bits(marks)], tensor(3), tensor(3, shape))
    return op, [pack(x, 3)], pack(wanted, 3)


def average_pool():
    x, o = numbers(6), windows(2, 4, (2, 2))
    # Of streams: floor(mean + 1/2).
    wanted = pooled(x - 32, o, lambda w: np.floor(w.mean(1) + 0.5)).astype(int) + 32
    shape = wanted.shape[1:]
    op = StoredOp("SbnnAveragePool2D", options(6, 6, **o), [], tensor(6), tensor(6, shape))
    return op, [pack(x, 6)], pack(wanted, 6)


def add(shape):
    a, b = numbers(6, shape), numbers(7, shape)
    wanted = np.clip(a - 32 + b - 64, -32, 31) + 32
    more = options(6, 6, other_planes=7, channels=shape[-1] if len(shape) > 1 else 1)
    op = StoredOp("SbnnAdd", more, [], tensor(6, shape), tensor(6, shape), other=tensor(7, shape))
    return op, [pack(a, 6), pack(b, 7)], pack(wanted, 6)


def quantize(shape, kind: str, levels: int, planes: int = 5):
    x = {
        "planes": lambda: numbers(planes, shape),
        "int8": lambda: RNG.integers(-128, 128, (3, *shape)).astype(np.int8),
        "int16": lambda: RNG.integers(-500, 500, (3, *shape)).astype(np.int16),
        "float": lambda: RNG.normal(size=(3, *shape)).astype(np.float32),
    }[kind]()
    channels, cuts = shape[-1], 2**levels - 1
    flips = RNG.integers(0, 2, channels)
    thresholds = np.sort(RNG.choice(x.ravel(), (channels, cuts)), axis=1)
    found = (x[..., None] >= thresholds).sum(-1)
    wanted = np.where(flips == 1, cuts - found, found)
    reads = tensor(planes, shape)
    if kind != "planes":
        reads = StoredTensor("x", x.dtype.name.upper(), (1, *shape))
    more = {"positions": math.prod(shape[:-1]) if len(shape) > 1 else channels}
    op = StoredOp(
        "SbnnQuantize",
        options(planes if kind == "planes" else 1, levels, **(more if kind == "planes" else {})),
        [
            thresholds.ravel().astype(np.float32 if kind == "float" else np.int32),
            pack_bits(flips),
        ],
        reads,
        tensor(levels, shape),
    )
    return op, [pack(x, planes) if kind == "planes" else x], pack(wanted, levels)


def quantize_alike(shape):
    """One channel's thresholds, which are those of all."""
    x, flips = numbers(5, shape), RNG.integers(0, 2, shape[-1])
    thresholds = np.array([9, 16, 23])
    found = (x[..., None] >= thresholds).sum(-1)
    op, _, _ = quantize(shape, "planes", 2)
    op.constants[:] = [thresholds.astype(np.int32), pack_bits(flips)]
    return op, [pack(x, 5)], pack(np.where(flips == 1, 3 - found, found), 2)


def dequantize(shape):
    x = numbers(2, shape)
    sides = dict(zip(("height", "width"), shape[:-1] or (0, 0)))
    written = StoredTensor("y", "FLOAT32", (1, *shape))
    op = StoredOp(
        "SbnnDequantize",
        options(2, 1, channels=shape[-1], **sides),
        [],
        tensor(2, shape),
        written,
    )
    return op, [pack(x, 2)], np.float32(2 * x - 3)


CASES = {
    "max pool": max_pool,
    "average pool": average_pool,
    "add": lambda: add(IMAGE),
    "add vectors": lambda: add(VECTOR),
    "dequantize": lambda: dequantize(IMAGE),
    "dequantize a vector": lambda: dequantize(VECTOR),
    **{
        f"quantize {kind} to {levels} bits": lambda kind=kind, levels=levels: quantize(
            IMAGE, kind, levels
        )
        for kind, levels in (("float", 2), ("int8", 3), ("int16", 2), ("planes", 1), ("planes", 2))
    },
    "quantize bits": lambda: quantize(IMAGE, "planes", 1, planes=1),
    "quantize all channels alike": lambda: quantize_alike(IMAGE),
    "quantize all features alike": lambda: quantize_alike(VECTOR),
    "quantize a vector": lambda: quantize(VECTOR, "planes", 2),
    "quantize a vector of floats": lambda: quantize(VECTOR, "float", 2),
}


@pytest.mark.parametrize("name", CASES)
def test_all_runtimes_give_the_numbers_of_numpy(name, tmp_path, objects):
    op, inputs, wanted = CASES[name]()
    model = one_op_model(op)
    given = inputs if len(inputs) > 1 else inputs[0]
    assert len(np.unique(wanted)) > 2
    np.testing.assert_array_equal(sbnn_converter.Interpreter(model).predict(given), wanted)
    np.testing.assert_array_equal(sbnn_converter.micro.Interpreter(model).predict(given), wanted)
    if shutil.which("gcc"):
        export = sbnn_converter.export_c(model, tmp_path)
        (found,) = OnHost(export, tmp_path, objects).predict(*inputs)
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("name", ["add", "average pool", "quantize planes to 2 bits"])
def test_named_and_numbered_options_say_the_same(name):
    op, inputs, wanted = CASES[name]()
    model = one_op_model(op)
    named = bytes(flexbuffers.Dumps(op.options))
    editor = FlatbufferEditor(model)
    (operator,) = editor.custom_operators("Sbnn")
    assert len(named) > len(operator.customOptions)
    operator.customOptions = np.frombuffer(named, np.uint8)
    given = inputs if len(inputs) > 1 else inputs[0]
    for runtime in (sbnn_converter.Interpreter, sbnn_converter.micro.Interpreter):
        np.testing.assert_array_equal(runtime(editor.bytes()).predict(given), wanted)


def refused(make, reason: str, **changes: int):
    op, _, _ = make()
    op.options.update(changes)
    with pytest.raises(RuntimeError, match=reason):
        sbnn_converter.micro.Interpreter(one_op_model(op))


@pytest.mark.parametrize(
    "make, changes, reason",
    [
        (max_pool, {"out_planes": 2}, "out_planes, which have to be in_planes: found 2, wanted 3"),
        (max_pool, {"in_planes": 17}, "in_planes: found 17, wanted 16"),
        (max_pool, {"in_planes": 2, "out_planes": 2}, "input planes: found 15, wanted 10"),
        (average_pool, {"pool_width": 3}, "a power of two: found 6, wanted 8"),
        (average_pool, {"pool_height": 256}, "a power of two: found 1024, wanted 256"),
        (average_pool, {"out_width": 4}, "column at which windows end: found 10, wanted 9"),
        (average_pool, {"out_height": 4}, "row at which windows end: found 8, wanted 6"),
        (lambda: add(IMAGE), {"out_planes": 8}, "more than either stream has: found 8, wanted 7"),
        (lambda: add(IMAGE), {"other_planes": 6}, "planes of a stream: found 35, wanted 30"),
        (lambda: add(VECTOR), {"channels": 2}, "channels of vectors: found 2, wanted 1"),
        (lambda: add(VECTOR), {"in_planes": 5}, "no multiple of its planes: found 12, wanted 5"),
        (lambda: dequantize(IMAGE), {"in_planes": 1}, "input planes: found 10, wanted 5"),
        (
            lambda: quantize(IMAGE, "planes", 2),
            {"positions": 65},
            "words of an input plane: found 2, wanted 3",
        ),
        (lambda: quantize(IMAGE, "planes", 2), {"out_planes": 5}, "found 5, wanted 4"),
        (lambda: quantize(IMAGE, "int8", 2), {"out_planes": 1}, "size of a constant input"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(make, changes, reason):
    refused(make, reason, **changes)


def test_floats_share_no_thresholds():
    op, _, _ = quantize(IMAGE, "float", 2)
    op.constants[0] = op.constants[0][:3]
    with pytest.raises(RuntimeError, match="size of a constant input: found 3, wanted 15"):
        sbnn_converter.micro.Interpreter(one_op_model(op))


def test_thresholds_that_do_not_ascend_are_refused():
    op, _, _ = quantize(IMAGE, "planes", 2)
    op.constants[0][0] = 100
    with pytest.raises(RuntimeError, match="the thresholds of a channel do not ascend"):
        sbnn_converter.micro.Interpreter(one_op_model(op))


def test_only_bits_become_int8():
    op, _, _ = dequantize(IMAGE)
    op.options.update(plus=1, minus=-1)
    small = dataclasses.replace(op, output=dataclasses.replace(op.output, type="INT8"))
    with pytest.raises(RuntimeError, match="in_planes of what becomes int8: found 2, wanted 1"):
        sbnn_converter.micro.Interpreter(one_op_model(small))


def test_planes_need_their_number_of_positions():
    op, _, _ = quantize(IMAGE, "planes", 2)
    del op.options["positions"]
    with pytest.raises(RuntimeError, match="option 'positions' is missing"):
        sbnn_converter.micro.Interpreter(one_op_model(op))


@pytest.mark.parametrize("opener", ["host", "micro"])
def test_whatever_is_broken_it_is_refused_by_name_or_runs(opener, tmp_path):
    files = []
    for name in ("add", "average pool", "quantize planes to 2 bits"):
        files.append(tmp_path / f"{name}.tflite")
        files[-1].write_bytes(one_op_model(CASES[name]()[0]))
    worker = Path(__file__).with_name("corrupt_worker.py")
    done = subprocess.run(
        [sys.executable, worker, opener, "1", "50", *files], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert len(lines) == len(files)
    for counts in lines:
        assert counts["refused"] > 15 and counts["ran"] > 3
        assert counts["unnamed"] is None
