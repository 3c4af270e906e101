"""Times calls against each other: in turns, in one process, on one thread."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import tensorflow as tf

import sbnn_converter

# The newest XNNPACK among the runtimes; ours runs in the same one.
RUNTIME = "tensorflow"


def _random_inputs(details: list[dict]) -> list[np.ndarray]:
    """Random arrays for tensors with ``shape`` and ``dtype``."""
    rng = np.random.default_rng(2)
    found = []
    for detail in details:
        shape, kind = detail["shape"], detail["dtype"]
        if np.dtype(kind) == np.float32:
            found.append(rng.uniform(0, 1, shape).astype(np.float32))
        else:
            limits = np.iinfo(kind)
            found.append(rng.integers(limits.min, limits.max, shape, kind, True))
    return found


def _filled(interpreter) -> Callable[[], None]:
    details = interpreter.get_input_details()
    for detail, x in zip(details, _random_inputs(details), strict=True):
        interpreter.set_tensor(detail["index"], x)
    return interpreter.invoke


def our_invoker(model: bytes, num_threads: int = 1, batch: int = 1) -> Callable[[], None]:
    """``invoke`` of the interpreter inside ``sbnn_converter.Interpreter``."""
    interpreter = sbnn_converter.Interpreter(model, RUNTIME, num_threads)
    interpreter._resize(batch)
    return _filled(interpreter._interpreter)


def tflite_invoker(model: bytes, batch: int = 1) -> Callable[[], None]:
    """``invoke`` of the same runtime with its own XNNPACK delegate and none of ours."""
    interpreter = tf.lite.Interpreter(model_content=model, num_threads=1)
    if batch != 1:
        for detail in interpreter.get_input_details():
            interpreter.resize_tensor_input(detail["index"], [batch, *detail["shape"][1:]])
    interpreter.allocate_tensors()
    return _filled(interpreter)


def larq_invoker(model: bytes) -> Callable[[], None]:
    """Larq Compute Engine's interpreter. It offers ``predict`` only, which copies input
    and output besides; that is nothing beside its milliseconds."""
    import larq_compute_engine as lce

    interpreter = lce.testing.Interpreter(model, num_threads=1)
    inputs = _random_inputs(
        [
            {"shape": shape, "dtype": kind}
            for shape, kind in zip(interpreter.input_shapes, interpreter.input_types, strict=True)
        ]
    )
    inner = interpreter.interpreter
    return lambda: inner.predict(inputs)


def times(calls: dict[str, Callable[[], None]], rounds: int) -> dict[str, float]:
    """Milliseconds of each call: the median over ``rounds`` turns.

    In a turn each is called as often as fills about a millisecond, so that short
    and long ones meet the same disturbances.
    """
    repeats = {}
    for name, call in calls.items():
        call()
        begin = time.perf_counter()
        call()
        repeats[name] = max(1, round(1e-3 / (time.perf_counter() - begin)))
    found: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            call()  # caches hold what the others left
            begin = time.perf_counter()
            for _ in range(repeats[name]):
                call()
            elapsed = time.perf_counter() - begin
            found[name].append(1e3 * elapsed / repeats[name])
    return {name: statistics.median(all_times) for name, all_times in found.items()}
