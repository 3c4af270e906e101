"""Networks of hundreds of layers, through all that reads one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tensorflow as tf

import sbnn_converter
from findings import Finding, Stopwatch, peak_bytes, progress, same_bits
from networks import K, pixels, stir
from objects import Objects
from on_host import OnHost
from sbnn_converter.framework.deep_models import room_for_deep_models
from sbnn_converter.inspection import inspect_model
from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense

_SAMPLES = 8
# Of the largest output: Keras multiplies, we add; both round.
_TOLERANCE = 1e-5


def check(folder: Path, layers: int = 500, blocks: int = 100) -> Iterator[Finding]:
    """Converts two deep networks, runs and exports them.

    Args:
      folder: for the exported networks.
      layers: dense ones of a chain, each with its batch normalization.
      blocks: residual blocks of two convolutions each.
    """
    rng = np.random.default_rng(0)
    named = {
        f"{layers} dense layers": lambda: (_dense(layers), pixels(rng, _SAMPLES, (64,))),
        f"{blocks} residual blocks": lambda: (_residual(blocks), pixels(rng, _SAMPLES)),
    }
    for number, (what, make) in enumerate(named.items()):
        with room_for_deep_models():  # Keras takes it to build a model; nothing else does
            model, x = make()
        yield from _through_all(what, model, x, folder / str(number))


def _dense(layers: int) -> tf.keras.Model:
    x = inputs = tf.keras.Input((64,))
    for number in range(layers):
        sign = "ste_sign" if number else None
        x = SparseBinaryDense(64, connections=0.2, input_quantizer=sign)(x)
        x = K.BatchNormalization()(x)
    return stir(tf.keras.Model(inputs, x))


def _residual(blocks: int) -> tf.keras.Model:
    inputs = tf.keras.Input((8, 8, 1))
    x = K.BatchNormalization()(_convolution(False)(inputs))
    for _ in range(blocks):
        y = K.BatchNormalization()(_convolution(True)(x))
        y = K.BatchNormalization()(_convolution(True)(y))
        x = K.Add()([x, y])
    x = SparseBinaryDense(10, connections=0.2, input_quantizer="ste_sign")(K.Flatten()(x))
    return stir(tf.keras.Model(inputs, x))


def _convolution(has_sign: bool) -> SparseBinaryConv2D:
    sign = "ste_sign" if has_sign else None
    return SparseBinaryConv2D(8, 3, padding="same", connections=0.3, input_quantizer=sign)


def _through_all(
    what: str, model: tf.keras.Model, x: np.ndarray, folder: Path
) -> Iterator[Finding]:
    keras = model(x).numpy()
    progress(f"{what}: built")
    watch = Stopwatch()
    flatbuffer = sbnn_converter.convert_keras_model(model)
    figures = f"{watch.lap():,.0f} s, {len(flatbuffer):,} bytes, peak {peak_bytes() >> 20:,} MiB"
    yield Finding(f"{what}, converted", figures, True)
    host = sbnn_converter.Interpreter(flatbuffer)
    answers, largest = host.predict(x), np.abs(keras).max()
    difference = np.abs(answers - keras).max() / largest
    figures = f"{watch.lap():.1f} s, differs from Keras by {difference:.1e} of the largest output"
    yield Finding(f"{what}, in {host.runtime}", figures, difference <= _TOLERANCE)
    micro = sbnn_converter.micro.Interpreter(flatbuffer)
    is_same = same_bits(micro.predict(x), answers)
    figures = f"{watch.lap():.1f} s, arena of {micro.arena_used_bytes:,} bytes, {_words(is_same)}"
    yield Finding(f"{what}, in TensorFlow Lite Micro", figures, is_same)
    inspected = len(inspect_model(flatbuffer).layers)
    cost = sbnn_converter.estimate_network(flatbuffer, "cortex-m4").instructions
    figures = f"{watch.lap():.1f} s, {inspected} layers, {cost:,.0f} instructions"
    yield Finding(f"{what}, inspected and estimated", figures, inspected > 0)
    folder.mkdir(parents=True, exist_ok=True)
    export = sbnn_converter.export_c(flatbuffer, folder, name="deep")
    seconds = watch.lap()
    progress(f"{what}: exported in {seconds:.1f} s")
    in_c = OnHost(export, folder, Objects(folder.parent / "objects"))
    is_same = in_c.check() == 0 and same_bits(in_c.predict(x)[0], answers)
    figures = f"{seconds:.1f} s, compiled in {watch.lap():.0f} s, {_words(is_same)}"
    yield Finding(f"{what}, exported as plain C", figures, is_same)


def _words(is_same: bool) -> str:
    return f"{'the same' if is_same else 'other'} answers"
