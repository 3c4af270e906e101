"""The grid of Larq Compute Engine's own tests: convolutions, ±1 and ours.

Many small layers stand side by side in one model, one output each: a conversion
costs as much as some hundred layers in it.
"""

import itertools
import os

import larq as lq
import numpy as np
import tensorflow as tf

import sbnn_keras
from networks import K, stir

PADDINGS = [("valid", 0.0), ("same", 0.0), ("same", 1.0), ("same", -1.0)]
INPUTS = [(8, 8, 4), (7, 9, 8), (5, 33, 4), (2, 3, 4), (1, 1, 4)]
KERNELS = [(1, 1), (1, 3), (2, 2), (3, 3), (5, 5), (7, 7)]
FAMILIES = ["larq", "01", "general", "signed"]
OUTPUTS = ["float", "relu", "bits"]
PARTS = 13  # of the grid, of which a run has one


def binary(family: str, layer: str, *args, **kwargs):
    """A layer of one of the families, by the name that they share."""
    if family == "larq":
        quantizers = {
            "Dense": ["kernel"],
            "DepthwiseConv2D": ["depthwise"],
            "SeparableConv1D": ["depthwise", "pointwise"],
            "SeparableConv2D": ["depthwise", "pointwise"],
        }.get(layer, ["kernel"])
        for name in quantizers:
            kwargs[f"{name}_quantizer"] = "ste_sign"
            kwargs[f"{name}_constraint"] = "weight_clip"
        return getattr(lq.layers, f"Quant{layer}")(*args, **kwargs)
    kwargs.setdefault("connections", 0.3)
    return getattr(sbnn_keras, f"SparseBinary{layer}")(*args, domain=family, **kwargs)


def fits(shape, kernel, dilation, padding) -> bool:
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation)]
    return padding != "valid" or all(np.less_equal(reach, shape[:2]))


def cases(shape, part: int, parts: int):
    """What is behind a convolution, and its arguments: every `parts`th of those
    that fit the input, from number `part` on. Runs with SBNN_GRID_PART set to 0, 1,
    ... PARTS - 1 in turn cover the whole grid."""
    part += int(os.environ.get("SBNN_GRID_PART", "0"))
    return list(_all_cases(shape))[part % parts :: parts]


def _all_cases(shape):
    windows = itertools.product(KERNELS, [1, 2, 4], [(1, 1), (2, 3)], [(1, 1), (3, 2)], PADDINGS)
    for index, (kernel, groups, strides, dilation, padding) in enumerate(windows):
        if max(strides) > 1 and max(dilation) > 1:
            continue  # Keras has no such layer
        if not fits(shape, kernel, dilation, padding[0]):
            continue
        if max(kernel) > 3 and (groups > 1 or max(dilation) > 1):
            continue  # large windows: a few
        yield (
            OUTPUTS[index % 3],
            dict(
                kernel_size=kernel,
                groups=groups,
                strides=strides,
                dilation_rate=dilation,
                padding=padding[0],
                pad_values=padding[1],
            ),
        )


def ending(kind: str, y):
    """What makes the sums an output: nothing, ReLU, or a sign read as floats."""
    if kind == "relu":
        return K.ReLU()(y)
    if kind == "bits":
        return lq.quantizers.SteSign()(K.BatchNormalization()(y))
    return y


def spread_domains(model, rng) -> int:
    """Gives layers of the general domain other parameters than they start with.

    Returns:
      How many kernels were given one.
    """
    given = 0
    for layer in model.layers:
        if getattr(layer, "domain", None) != "general":
            continue
        for quantizer in layer.kernel_quantizers():
            (ratio,) = (w for w in quantizer.weights if w.name.endswith("ratio:0"))
            steps = int(rng.integers(-50, 20))
            ratio.assign(steps / 64)
            assert quantizer.ratio_steps == steps
            given += 1
    return given


def convolutions(rng, shape, family: str, part: int, parts: int) -> tf.keras.Model:
    """Every `parts`th convolution of bits on one image of `shape`, side by side."""
    x = tf.keras.Input(shape)
    outputs = [
        ending(
            kind, binary(family, "Conv2D", 8, input_quantizer="ste_sign", use_bias=False, **case)(x)
        )
        for kind, case in cases(shape, part, parts)
    ]
    model = stir(tf.keras.Model(x, outputs))
    assert spread_domains(model, rng) == (len(outputs) if family == "general" else 0)
    return model
