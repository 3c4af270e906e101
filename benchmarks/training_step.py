"""One training step of sparse binary stacks against the same stacks in Larq.

    python benchmarks/training_step.py [--out FILE.json]

Both are timed in one process, alternating block by block; a block is long enough
to hold the refreshes of the connections. The ratio of the median blocks counts.
"""

import argparse
import json
import statistics
import time

import sbnn_keras
import larq as lq
import numpy as np
import tensorflow as tf


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
    model.compile(
        "adam", tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    step = model.make_train_function()
    batches = iter(tf.data.Dataset.from_tensors((x, y)).repeat())
    return lambda: step(batches)


def block(step, steps):
    begin = time.perf_counter()
    for _ in range(steps):
        step()
    return (time.perf_counter() - begin) / steps


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", help="also write the figures to this JSON file")
    parser.add_argument("--blocks", type=int, default=7)
    parser.add_argument("--steps", type=int, default=64, help="steps in a block")
    options = parser.parse_args()
    results = {}
    print(f"{'stack':46} {'Larq ms':>8} {'ours ms':>8} {'ratio':>6}")
    for name, (theirs, ours) in STACKS.items():
        steppers = [stepper(*theirs()), stepper(*ours())]
        for step in steppers:
            block(step, 5)
        times = [[], []]
        for _ in range(options.blocks):
            for kept, step in zip(times, steppers):
                kept.append(block(step, options.steps))
        larq_ms, ours_ms = (1e3 * statistics.median(t) for t in times)
        results[name] = dict(larq_ms=larq_ms, ours_ms=ours_ms, ratio=ours_ms / larq_ms)
        print(f"{name:46} {larq_ms:8.2f} {ours_ms:8.2f} {ours_ms / larq_ms:6.3f}")
    if options.out:
        with open(options.out, "w") as file:
            json.dump({"training_step": results}, file, indent=2)


if __name__ == "__main__":
    main()
