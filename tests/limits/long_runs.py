"""A million inferences, and what they leave in memory.

A leak shows as growth between a tenth of the calls and all of them; what is made once, on
the first calls, does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import tensorflow as tf

import sbnn_converter
from findings import Finding, Memory, Stopwatch, growth, progress, same_bits
from networks import K, digits_net, pixels, stir
from objects import Objects
from on_host import OnHost
from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense

_KINDS = 16  # different samples, which take turns


def check(folder: Path, count: int = 1_000_000) -> Iterator[Finding]:
    """Runs a small network ``count`` times in each runtime.

    Args:
      folder: for the exported network.
      count: of inferences; of interpreters that are opened and dropped, and of batches of
        changing size, a thousandth and a hundredth.
    """
    model = small_network()
    samples = pixels(np.random.default_rng(0), _KINDS)
    interpreter = sbnn_converter.Interpreter(model)
    wanted = interpreter.predict(samples)
    yield _repeated(
        f"{count:,} inferences in {interpreter.runtime}", interpreter.predict, samples, count
    )
    micro = sbnn_converter.micro.Interpreter(model)
    yield _repeated(f"{count:,} inferences in TensorFlow Lite Micro", micro.predict, samples, count)
    export = sbnn_converter.export_c(model, folder, name="small")
    in_c = OnHost(export, folder, Objects(folder.parent / "objects"))
    what = f"{count:,} inferences in plain C"
    yield _repeated(what, lambda x: in_c.predict(x)[0], samples, count)
    same = all(same_bits(wanted, one) for one in (micro.predict(samples), in_c.predict(samples)[0]))
    yield Finding("all three", "the same answers to the bit" if same else "other answers", same)
    yield _changing_batches(interpreter, samples, wanted, max(count // 100, 100))
    opened = max(count // 1000, 50)
    for name, make in (
        (interpreter.runtime, sbnn_converter.Interpreter),
        ("TensorFlow Lite Micro", sbnn_converter.micro.Interpreter),
    ):
        yield _opened(f"{opened:,} interpreters of {name} opened and dropped", make, opened)


def small_network() -> bytes:
    """A convolution, its normalization, a dense layer: microseconds a sample."""
    return sbnn_converter.convert_keras_model(
        stir(
            tf.keras.Sequential(
                [
                    tf.keras.Input((8, 8, 1)),
                    SparseBinaryConv2D(8, 3, connections=0.3),
                    K.BatchNormalization(),
                    K.Flatten(),
                    SparseBinaryDense(10, connections=0.2),
                    K.BatchNormalization(),
                ]
            )
        )
    )


def _repeated(what: str, predict: Callable, samples: np.ndarray, count: int) -> Finding:
    """Runs one sample at a time and compares each answer with the first one."""
    wanted = [predict(samples[i : i + 1]).copy() for i in range(_KINDS)]
    given = [samples[i : i + 1] for i in range(_KINDS)]
    watch, memory, others = Stopwatch(), [], 0
    for done in range(count):
        kind = done % _KINDS
        others += predict(given[kind]).tobytes() != wanted[kind].tobytes()
        if (done + 1) % (count // 10) == 0:
            memory.append(Memory.now())
            progress(f"{what}: {done + 1:,}")
    words, is_level = growth(memory)
    seconds = watch.lap()
    return Finding(
        what,
        f"{words}; {others} other answers; {seconds:,.0f} s",
        is_level and others == 0,
    )


def _changing_batches(interpreter, samples: np.ndarray, wanted: np.ndarray, count: int) -> Finding:
    """Every change of the batch's size plans all memory anew."""
    memory, others = [], 0
    for done in range(count):
        size = 1 + done % 7
        others += interpreter.predict(samples[:size]).tobytes() != wanted[:size].tobytes()
        if (done + 1) % (count // 10) == 0:
            memory.append(Memory.now())
    words, is_level = growth(memory)
    return Finding(
        f"{count:,} batches, each of another size than the one before",
        f"{words}; {others} other answers",
        is_level and others == 0,
    )


def _opened(what: str, make: Callable, count: int) -> Finding:
    """Opens a network of some layers again and again."""
    model = sbnn_converter.convert_keras_model(digits_net())
    x = pixels(np.random.default_rng(0), 1)
    wanted = make(model).predict(x).tobytes()
    memory, others = [], 0
    for done in range(count):
        others += make(model).predict(x).tobytes() != wanted
        if (done + 1) % (count // 10) == 0:
            memory.append(Memory.now())
    words, is_level = growth(memory, opened=count)
    return Finding(what, f"{words}; {others} other answers", is_level and others == 0)
