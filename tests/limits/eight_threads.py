"""Eight threads at once: an interpreter each, one for all, and one that has eight of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

import sbnn_converter
from findings import Finding, same_bits
from networks import binarynet_half, digits_net, pixels
from objects import Objects
from on_host import OnHost
from sbnn_converter.runtimes.interpreter import available_runtimes

THREADS = 8


def check(folder: Path, rounds: int = 200) -> Iterator[Finding]:
    """Compares the answers of eight threads with those of one.

    Args:
      folder: for the exported network.
      rounds: how often each thread asks.
    """
    rng = np.random.default_rng(0)
    model, samples = sbnn_converter.convert_keras_model(digits_net()), pixels(rng, THREADS * 5)
    parts = np.split(samples, THREADS)
    wanted = np.split(sbnn_converter.Interpreter(model).predict(samples), THREADS)
    makers = {name: _maker(model, name) for name in available_runtimes()}
    makers["TensorFlow Lite Micro"] = lambda: sbnn_converter.micro.Interpreter(model)
    for name, make in makers.items():
        yield from _in_runtime(name, make, parts, rounds)
    export = sbnn_converter.export_c(model, folder, name="digits")
    in_c = OnHost(export, folder, Objects(folder.parent / "objects"))
    faults = _in_threads(lambda i: _asks_in_c(in_c, parts[i], wanted[i], rounds))
    yield _finding(f"plain C in {THREADS} threads, with memory of their own", rounds, faults)
    yield from _own_threads(rng)


def _in_runtime(name: str, make: Callable, parts: list, rounds: int) -> Iterator[Finding]:
    wanted = [make().predict(part) for part in parts]
    faults = _in_threads(lambda i: _asks(make(), parts[i], wanted[i], rounds))
    yield _finding(f"{THREADS} interpreters of {name} in {THREADS} threads", rounds, faults)
    shared = make()
    faults = _in_threads(lambda i: _asks(shared, parts[i], wanted[i], rounds))
    yield _finding(f"one interpreter of {name} for {THREADS} threads", rounds, faults)


def _own_threads(rng) -> Iterator[Finding]:
    images = rng.normal(size=(24, 32, 32, 3)).astype(np.float32)
    model = sbnn_converter.convert_keras_model(binarynet_half())
    for runtime in available_runtimes():
        one, eight = (
            sbnn_converter.Interpreter(model, runtime, num_threads=n) for n in (1, THREADS)
        )
        same = all(
            same_bits(one.predict(images, size), eight.predict(images, size)) for size in (1, 5, 24)
        )
        yield Finding(
            f"{runtime} with num_threads={THREADS}, BinaryNet/2, batches of 1, 5 and 24",
            "the same answers to the bit as with one thread" if same else "other answers",
            same,
        )


def _maker(model: bytes, runtime: str) -> Callable:
    return lambda: sbnn_converter.Interpreter(model, runtime)


def _in_threads(work: Callable[[int], int]) -> int:
    """How many faults eight threads that begin together have counted; all where one ends
    before its time."""
    barrier, faults = threading.Barrier(THREADS), [1] * THREADS

    def run(index: int) -> None:
        barrier.wait()
        faults[index] = work(index)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(faults)


def _asks(interpreter, x: np.ndarray, wanted: np.ndarray, rounds: int) -> int:
    return sum(not same_bits(interpreter.predict(x), wanted) for _ in range(rounds))


def _asks_in_c(network: OnHost, x: np.ndarray, wanted: np.ndarray, rounds: int) -> int:
    work = network.work()
    return sum(not same_bits(network.predict(x, work=work)[0], wanted) for _ in range(rounds))


def _finding(what: str, rounds: int, faults: int) -> Finding:
    answers = f"{THREADS * rounds:,} times 5 answers"
    return Finding(what, f"{answers}, {faults} otherwise than in one thread", faults == 0)
