"""Random small networks, drawn by hypothesis out of the grids' cases (grid.py, planes_grid.py).

Several stand side by side in a model, an output each: where one fails, hypothesis leaves
out the others. SBNN_RANDOM_NETWORKS says how many a run tries.
"""

import contextlib
import dataclasses
import os

import numpy as np
import tensorflow as tf
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

import grid
import planes_grid
import sbnn_keras
from networks import K, stir
from sbnn_converter.tflite.flatbuffer import read_stored_model

BESIDE = 20  # at most, in a model
SHAPE = planes_grid.SHAPE
DENSITIES = [1e-6, 0.01, 0.15, 0.5, 0.9, 1.0]  # the first: no connection at all

# Statistics that push thresholds out of all sums, onto them, or make a constant of all.
EXTREMES = {
    "gamma": [0.0, 1e-20, -1e-20, 1e20, -1.0, 1.0],
    "beta": [0.0, 1e20, -1e20, 1e-20, 0.5],
    "moving_mean": [0.0, 1e6, -1e6, 3.0, -3.0],
    "moving_variance": [0.0, 1e-20, 1e20, 1.0],
}


def settings_of(beside: int = BESIDE) -> settings:
    """As many examples as take the wanted number of networks; a few without one."""
    wanted = os.environ.get("SBNN_RANDOM_NETWORKS")
    return settings(
        max_examples=2 if wanted is None else max(1, int(wanted) // (beside // 2)),
        derandomize=wanted is None,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
        # Not Phase.explain: it runs each network again and again under a tracer.
        phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    )


@dataclasses.dataclass(frozen=True)
class Planes:
    """A case of planes_grid.py, of a share of connections."""

    case: tuple

    def outputs(self, x):
        return [planes_grid.network(x, *self.case)]


@dataclasses.dataclass(frozen=True)
class Window:
    """A case of grid.py: a convolution of any window, and what makes an output of it."""

    family: str
    ending: str
    kernel: tuple[int, int]
    strides: tuple[int, int]
    dilation: tuple[int, int]
    padding: tuple[str, float]
    groups: int
    connections: float

    def outputs(self, x):
        share = {} if self.family == "larq" else {"connections": self.connections}
        y = grid.binary(
            self.family,
            "Conv2D",
            8,
            self.kernel,
            strides=self.strides,
            dilation_rate=self.dilation if max(self.strides) == 1 else (1, 1),
            padding=self.padding[0],
            pad_values=self.padding[1],
            groups=self.groups,
            input_quantizer="ste_sign",
            use_bias=False,
            **share,
        )(x)
        return [grid.ending(self.ending, y)]


@dataclasses.dataclass(frozen=True)
class Branches:
    """Signs that two layers read, joined again; sums and signs are outputs, too."""

    domain: str
    bits: int
    connections: float
    layer: str

    def outputs(self, x):
        def conv(filters):
            return sbnn_keras.SparseBinaryConv2D(
                filters,
                3,
                padding="same",
                input_quantizer=sbnn_keras.quantizers.QuantHardTanh(self.bits),
                domain=self.domain,
                connections=self.connections,
                use_bias=False,
            )

        y = K.BatchNormalization()(conv(8)(x))
        left, right = conv(4)(y), K.MaxPooling2D(3, 1, "same")(conv(4)(y))
        both = K.BatchNormalization()(K.Concatenate()([left, right]))
        if self.layer == "dense":
            end = grid.binary(self.domain, "Dense", 5, input_quantizer="ste_sign", use_bias=False)
            both = K.Flatten()(both)
        else:
            end = grid.binary(self.domain, self.layer, kernel_size=3, **_SPATIAL)
        return [left, end(both)]


_SPATIAL = dict(input_quantizer="ste_sign", padding="same", use_bias=False)

_density = st.sampled_from(DENSITIES)
_planes = st.tuples(
    st.sampled_from(planes_grid.DOMAINS),
    st.sampled_from(planes_grid.BITS),
    st.sampled_from(planes_grid.STREAMS),
    st.sampled_from(["same", "valid"]),
    st.sampled_from([1, 2]),
    st.sampled_from([1, 2]),
    st.sampled_from(planes_grid.POOLS),
    _density,
).map(Planes)
_windows = st.builds(
    Window,
    st.sampled_from(grid.FAMILIES),
    st.sampled_from(grid.OUTPUTS),
    st.sampled_from(grid.KERNELS),
    st.sampled_from([(1, 1), (2, 3)]),
    st.sampled_from([(1, 1), (3, 2)]),
    st.sampled_from(grid.PADDINGS),
    st.sampled_from([1, 2, 4]),
    _density,
).filter(lambda w: grid.fits(SHAPE, w.kernel, w.dilation, w.padding[0]))
_branches = st.builds(
    Branches,
    st.sampled_from(planes_grid.DOMAINS),
    st.sampled_from(planes_grid.BITS),
    _density,
    st.sampled_from(["dense", "DepthwiseConv2D"]),
)


@st.composite
def networks(draw, beside: int = BESIDE):
    """Cases that stand side by side, a seed, and whether statistics are extreme."""
    several = draw(st.integers(1, beside))  # lists alone are mostly short
    one = st.one_of(_planes, _windows, _branches)
    cases = draw(st.lists(one, min_size=several, max_size=several))
    return cases, draw(st.integers(0, 1000)), draw(st.booleans())


def model_of(cases, seed: int, extreme: bool) -> tf.keras.Model:
    tf.keras.backend.clear_session()
    tf.keras.utils.set_random_seed(seed)
    x = tf.keras.Input(SHAPE)
    model = stir(tf.keras.Model(x, [y for case in cases for y in case.outputs(x)]), seed)
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        if isinstance(layer, K.BatchNormalization):
            for name, values in EXTREMES.items() if extreme else ():
                variable = getattr(layer, name)
                chosen = rng.choice(values, variable.shape)
                kept = rng.integers(2, size=variable.shape)
                variable.assign(np.where(kept, variable.numpy(), chosen))
    return model


@contextlib.contextmanager
def level(name: str):
    """The instructions that kernels on this host use inside it."""
    before = os.environ.get("SBNN_HOST_ISA")
    os.environ["SBNN_HOST_ISA"] = name
    try:
        yield
    finally:
        if before is None:
            del os.environ["SBNN_HOST_ISA"]
        else:
            os.environ["SBNN_HOST_ISA"] = before


# Ops of TensorFlow Lite that round nothing, or as all its versions do.
_ALIKE = {"RESHAPE", "CONCATENATION", "MAX_POOL_2D", "PAD", "QUANTIZE", "DEQUANTIZE"}


def runtimes_for(model: bytes, runtimes: list[str]) -> list[str]:
    """Those that give the same numbers as TensorFlow Lite Micro: the int8 kernels of TensorFlow
    Lite itself round otherwise in new versions, and in XNNPACK, by one step."""
    stored = read_stored_model(model)
    if stored.inputs[0].type == "INT8" and not _ALIKE.issuperset(stored.other_ops):
        return [name for name in runtimes if name == "tflite_runtime"]
    return runtimes


_tried = {"float": 0, "int8": 0}


def count(kind: str, networks: int) -> None:
    """Tells how many networks have passed, where someone counts them."""
    _tried[kind] += networks
    if "SBNN_RANDOM_NETWORKS" in os.environ:
        print(f"{_tried[kind]} {kind} networks", flush=True)
