"""One training step of sparse binary stacks against the same stacks in Larq.

    python benchmarks/training_step.py [--out FILE.json]

Both are timed in one process and take turns every few steps, so that whatever else
the machine does slows both alike. A block is long enough to hold a refresh of the
connections of every layer. Figures are medians over the blocks: milliseconds a
step, and the ratio of ours to Larq's within a block.
"""

import argparse
import json
import statistics
import time

import larq as lq
import numpy as np
import tensorflow as tf

import sbnn_keras


def dense_stack(dense, **quantizers):
    layers = [tf.keras.Input((784,))]
    for units in (512, 512, 512):
        layers += [dense(units, use_bias=False, **quantizers)]
        layers += [tf.keras.layers.BatchNormalization()]
    return tf.keras.Sequential([*layers, tf.keras.layers.Dense(10)]), (128, 784)


def conv_stack(conv, **quantizers):
    layers = [tf.keras.Input((16, 16, 64))]
    for _ in range(3):
        layers += [conv(64, 3, padding="same", use_bias=False, **quantizers)]
        layers += [tf.keras.layers.BatchNormalization()]
    layers += [tf.keras.layers.GlobalAveragePooling2D(), tf.keras.layers.Dense(10)]
    return tf.keras.Sequential(layers), (32, 16, 16, 64)


LARQ = dict(
    input_quantizer="ste_sign", kernel_quantizer="ste_sign", kernel_constraint="weight_clip"
)
OURS = dict(input_quantizer="ste_sign", connections=0.05)
STACKS = {
    "SparseBinaryDense(512) x 3, batch 128": (
        lambda: dense_stack(lq.layers.QuantDense, **LARQ),
        lambda: dense_stack(sbnn_keras.SparseBinaryDense, **OURS),
    ),
    "SparseBinaryConv2D(64) x 3, 16x16, batch 32": (
        lambda: conv_stack(lq.layers.QuantConv2D, **LARQ),
        lambda: conv_stack(sbnn_keras.SparseBinaryConv2D, **OURS),
    ),
}


def stepper(model, shape):
    rng = np.random.default_rng(0)
    x = tf.constant(rng.normal(size=shape).astype(np.float32))
    y = tf.constant(rng.integers(0, 10, shape[0]))
    model.compile("adam", tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    step = model.make_train_function()
    batches = iter(tf.data.Dataset.from_tensors((x, y)).repeat())
    return lambda: step(batches)


def timed(step, steps):
    begin = time.perf_counter()
    for _ in range(steps):
        step()
    return time.perf_counter() - begin


def block(steppers, steps, turn):
    """Milliseconds a step of each stepper, which take turns of `turn` steps."""
    seconds = [0.0] * len(steppers)
    for _ in range(steps // turn):
        for i, step in enumerate(steppers):
            seconds[i] += timed(step, turn)
    return [1e3 * s / (steps // turn * turn) for s in seconds]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", help="also write the figures to this JSON file")
    parser.add_argument("--blocks", type=int, default=7)
    parser.add_argument("--steps", type=int, default=128, help="steps in a block")
    parser.add_argument("--turn", type=int, default=2, help="steps in a turn")
    options = parser.parse_args()
    results = {}
    print(f"{'stack':46} {'Larq ms':>8} {'ours ms':>8} {'ratio':>6}")
    for name, (theirs, ours) in STACKS.items():
        steppers = [stepper(*theirs()), stepper(*ours())]
        for step in steppers:
            timed(step, 5)
        blocks = [block(steppers, options.steps, options.turn) for _ in range(options.blocks)]
        larq_ms, ours_ms = map(statistics.median, zip(*blocks))
        ratio = statistics.median(ours / larq for larq, ours in blocks)
        results[name] = dict(larq_ms=larq_ms, ours_ms=ours_ms, ratio=ratio)
        print(f"{name:46} {larq_ms:8.2f} {ours_ms:8.2f} {ratio:6.3f}", flush=True)
    if options.out:
        with open(options.out, "w") as file:
            json.dump({"training_step": results}, file, indent=2)


if __name__ == "__main__":
    main()
