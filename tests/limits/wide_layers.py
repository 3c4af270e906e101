"""Layers of 16 million weights, beside sums of NumPy's 64-bit whole numbers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tensorflow as tf

import sbnn_converter
from findings import Finding, Stopwatch, peak_bytes, progress
from networks import K
from objects import Objects
from on_host import OnHost
from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense

_SAMPLES = 8
_IMAGE = 4


def check(folder: Path, units: int = 4096, channels: int = 1344) -> Iterator[Finding]:
    """Converts a dense layer and a convolution, and runs them.

    Args:
      folder: for the exported networks.
      units: inputs and outputs of the dense layer.
      channels: inputs and outputs of the convolution, which has a window of 3x3.
    """
    rng = np.random.default_rng(0)
    yield from _dense(folder / "dense", units, rng)
    yield from _convolution(folder / "convolution", channels, rng)


def _dense(folder: Path, units: int, rng) -> Iterator[Finding]:
    layer = SparseBinaryDense(
        units, connections=0.05, input_quantizer="ste_sign", use_bias=False, name="wide"
    )
    model = tf.keras.Sequential([tf.keras.Input((units,)), layer])
    x = rng.choice([-1.0, 1.0], (_SAMPLES, units)).astype(np.float32)
    wanted = x.astype(np.int64) @ layer.binary_kernel().astype(np.int64) * layer.output_scale
    what = f"a dense layer of {units:,}x{units:,} weights"
    yield from _through_all(what, model, x, wanted, folder)


def _convolution(folder: Path, channels: int, rng) -> Iterator[Finding]:
    shape = (_IMAGE, _IMAGE, channels)
    layer = SparseBinaryConv2D(
        channels,
        3,
        padding="same",
        pad_values=1.0,
        connections=0.05,
        input_quantizer="ste_sign",
        use_bias=False,
        name="wide",
    )
    model = tf.keras.Sequential([tf.keras.Input(shape), layer, K.Flatten()])
    x = rng.choice([-1.0, 1.0], (_SAMPLES, *shape)).astype(np.float32)
    sums = _convolved(x.astype(np.int64), layer.binary_kernel().astype(np.int64))
    wanted = sums * layer.output_scale  # powers of two: nothing is rounded
    what = f"a 3x3 convolution of {channels:,} to {channels:,} channels"
    yield from _through_all(what, model, x, wanted.reshape(_SAMPLES, -1), folder)


def _convolved(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    padded = np.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)], constant_values=1)
    sums = np.zeros((*x.shape[:3], kernel.shape[-1]), np.int64)
    for i in range(3):
        for j in range(3):
            sums += padded[:, i : i + x.shape[1], j : j + x.shape[2]] @ kernel[i, j]
    return sums


def _through_all(
    what: str, model: tf.keras.Model, x: np.ndarray, wanted: np.ndarray, folder: Path
) -> Iterator[Finding]:
    progress(f"{what}: built, peak {peak_bytes() >> 20:,} MiB")
    watch, before = Stopwatch(), peak_bytes()
    flatbuffer = sbnn_converter.convert_keras_model(model)
    figures = f"{watch.lap():,.0f} s, {len(flatbuffer):,} bytes, "
    figures += f"peak {peak_bytes() >> 20:,} MiB, {before >> 20:,} before"
    yield Finding(f"{what}, converted", figures, True)
    host = sbnn_converter.Interpreter(flatbuffer)
    opened, answers = watch.lap(), host.predict(x)
    yield _compared(f"{what}, in {host.runtime}", answers, wanted, opened, watch.lap())
    micro = sbnn_converter.micro.Interpreter(flatbuffer)
    opened, answers = watch.lap(), micro.predict(x)
    yield _compared(f"{what}, in TensorFlow Lite Micro", answers, wanted, opened, watch.lap())
    folder.mkdir(parents=True, exist_ok=True)
    export = sbnn_converter.export_c(flatbuffer, folder, name="wide")
    in_c = OnHost(export, folder, Objects(folder.parent / "objects"))
    opened, answers = watch.lap(), in_c.predict(x)[0]
    yield _compared(f"{what}, in plain C", answers, wanted, opened, watch.lap())


def _compared(
    what: str, answers: np.ndarray, wanted: np.ndarray, opened: float, ran: float
) -> Finding:
    others = int((answers != wanted).sum())
    figures = f"{opened:.1f} s to open, {ran * 1000 / len(answers):.0f} ms a sample, "
    return Finding(what, f"{figures}{others} of {wanted.size:,} sums differ from NumPy", not others)
