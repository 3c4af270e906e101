"""Thousands of samples in one call, beside the same one by one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

import sbnn_converter
from findings import Finding, Stopwatch, peak_bytes, same_bits
from networks import binarynet_half, digits_net, pixels
from sbnn_converter.runtimes.interpreter import available_runtimes


def check(folder: Path, count: int = 4096) -> Iterator[Finding]:
    """Runs ``count`` samples at once in every runtime of this host."""
    del folder  # nothing is written
    rng = np.random.default_rng(0)
    digits = digits_net()
    yield from _networks("a network of digits", digits, pixels(rng, count))
    images = rng.normal(size=(count, 32, 32, 3)).astype(np.float32)
    yield from _networks("BinaryNet/2", binarynet_half(), images)


def _networks(what: str, model, x: np.ndarray) -> Iterator[Finding]:
    yield from _alike(what, sbnn_converter.convert_keras_model(model), x)
    quantized = sbnn_converter.convert_keras_model(
        model,
        representative_dataset=lambda: ([one[None]] for one in x[:20]),
        inference_input_type="int8",
        inference_output_type="int8",
    )
    given = sbnn_converter.Interpreter(quantized).quantize(x)
    yield from _alike(f"{what}, int8", quantized, given)


def _alike(what: str, model: bytes, x: np.ndarray) -> Iterator[Finding]:
    for runtime in available_runtimes():
        interpreter = sbnn_converter.Interpreter(model, runtime)
        single = interpreter.predict(x, batch_size=1)
        watch = Stopwatch()
        at_once = interpreter.predict(x, batch_size=len(x))
        seconds = watch.lap()
        is_same = same_bits(single, at_once)
        yield Finding(
            f"{what}, {len(x):,} samples at once in {runtime}",
            f"{seconds:.2f} s, peak {peak_bytes() >> 20:,} MiB, "
            f"{'the same' if is_same else 'other'} answers to the bit as one by one",
            is_same,
        )
