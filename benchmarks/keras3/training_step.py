"""CPU time of a training step: layers of Keras 2 against those of Keras 3 on each backend.

    python benchmarks/keras3/training_step.py --keras3 build/keras3/bin/python [--out FILE.json]

Run by the Python that has Keras 2 and Larq; `--keras3` is that of the environment that
`make keras3-check` makes. Each works in a process of its own, in one endless `fit`, which a
callback holds up until the process has its turn. The turns go round, so that whatever else the
machine does slows all alike, and what is read is the CPU time of all threads of a process. Figures
are medians over the blocks: milliseconds a step, and the ratio to Keras 2 within a block.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

BACKENDS = ("tensorflow", "jax", "torch")
STACKS = {
    "dense": "SparseBinaryDense(512) x 3, batch 128",
    "conv": "SparseBinaryConv2D(64) x 3, 16x16, batch 32",
}
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


# In a worker


def network(keras, sbnn_keras, stack: str):
    """The stack in layers of either Keras, and the shape of a batch."""
    sparse = dict(use_bias=False, input_quantizer="ste_sign", connections=0.05)
    layers = []
    if stack == "dense":
        shape = (128, 784)
        for _ in range(3):
            layers += [sbnn_keras.SparseBinaryDense(512, **sparse)]
            layers += [keras.layers.BatchNormalization()]
    else:
        shape = (32, 16, 16, 64)
        for _ in range(3):
            layers += [sbnn_keras.SparseBinaryConv2D(64, 3, padding="same", **sparse)]
            layers += [keras.layers.BatchNormalization()]
        layers += [keras.layers.GlobalAveragePooling2D()]
    model = keras.Sequential([keras.Input(shape[1:]), *layers, keras.layers.Dense(10)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model, shape


def work(stack: str, name: str) -> None:
    """Trains as many steps as each line of stdin says, and answers with seconds of CPU time."""
    import numpy as np

    if name == "keras2":
        import tensorflow as tf

        import sbnn_keras.keras2 as layers

        keras = tf.keras
    else:
        import keras

        import sbnn_keras.keras3 as layers

        if name == "torch":
            import torch

            torch.set_num_threads(1)
    model, shape = network(keras, layers, stack)

    class Turns(keras.callbacks.Callback):
        """Lets a fit go on by the steps of a turn."""

        left, begin = 5, 0.0  # the first steps compile

        def on_train_batch_end(self, batch, logs=None):
            self.left -= 1
            if self.left == 0:
                print(f"TOOK {time.process_time() - self.begin}", flush=True)
                line = sys.stdin.readline()
                if not line:
                    os._exit(0)
                self.left, self.begin = int(line), time.process_time()

    rng = np.random.default_rng(0)
    x = rng.normal(size=(64 * shape[0], *shape[1:])).astype(np.float32)
    y = rng.integers(0, 10, len(x))
    model.fit(x, y, batch_size=shape[0], epochs=10**6, verbose=0, callbacks=[Turns()])


# In front of them


class Worker:
    def __init__(self, python: str, stack: str, name: str):
        backend = {} if name == "keras2" else {"KERAS_BACKEND": name}
        front = {"SBNN_KERAS": "2" if name == "keras2" else "3"}
        command = [python, __file__, "--work", stack, name]
        pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        environment = {**os.environ, **ONE_THREAD, **front, **backend}
        self.process = subprocess.Popen(command, env=environment, **pipes)
        self.read()

    def read(self) -> float:
        for line in self.process.stdout:
            if line.startswith("TOOK"):
                return float(line.split()[1])
        sys.exit(f"{' '.join(self.process.args)} ended: see above")

    def turn(self, steps: int) -> float:
        print(steps, file=self.process.stdin, flush=True)
        return self.read()

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def block(workers, steps: int, turn: int) -> list[float]:
    """Milliseconds a step of each worker."""
    seconds = [0.0] * len(workers)
    for _ in range(steps // turn):
        for i, worker in enumerate(workers):
            seconds[i] += worker.turn(turn)
    return [1e3 * s / (steps // turn * turn) for s in seconds]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keras3", help="Python with Keras 3 and its backends")
    parser.add_argument("--backends", nargs="+", default=BACKENDS, choices=BACKENDS)
    parser.add_argument("--stacks", nargs="+", default=list(STACKS), choices=list(STACKS))
    parser.add_argument("--blocks", type=int, default=7)
    parser.add_argument("--steps", type=int, default=64, help="steps in a block")
    parser.add_argument("--turn", type=int, default=4, help="steps in a turn")
    parser.add_argument("--out", help="also write the figures to this JSON file")
    parser.add_argument("--work", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        return work(*options.work)
    if not options.keras3 or not Path(options.keras3).exists():
        parser.error(
            f"--keras3 is {options.keras3!r}: wanted the Python of an environment with "
            "Keras 3, as `make keras3-check` makes it in build/keras3/bin/python"
        )
    names = ["keras2", *options.backends]
    results = {}
    print(f"{'stack':44} {'':10} {'ms a step':>9} {'of Keras 2':>10}")
    for stack in options.stacks:
        pythons = [sys.executable, *[options.keras3] * len(options.backends)]
        workers = [Worker(python, stack, name) for python, name in zip(pythons, names)]
        blocks = [block(workers, options.steps, options.turn) for _ in range(options.blocks)]
        for worker in workers:
            worker.close()
        for i, name in enumerate(names):
            ms = statistics.median(b[i] for b in blocks)
            ratio = statistics.median(b[i] / b[0] for b in blocks)
            results.setdefault(stack, {})[name] = {"cpu_ms": ms, "ratio": ratio}
            print(f"{STACKS[stack]:44} {name:10} {ms:9.2f} {ratio:10.3f}", flush=True)
    if options.out:
        with open(options.out, "w") as file:
            json.dump({"keras3_training_step": results}, file, indent=2)


if __name__ == "__main__":
    main()
