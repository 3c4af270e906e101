"""Every layer class of Keras, as it may stand in a small network.

A case is called after its class; ``:`` sets several cases of one class apart. `LAYERS`
run in TFLite; `REFUSED` cannot; what stands in `NO_LAYERS` is no layer of a network.
"""

import dataclasses
from collections.abc import Callable

import numpy as np
import tensorflow as tf

K = tf.keras.layers

VECTOR, SEQUENCE, IMAGE, VOLUME, FILM = (8,), (6, 4), (6, 6, 4), (4, 4, 4, 2), (3, 3, 3, 3, 2)


@dataclasses.dataclass(frozen=True)
class Case:
    """A layer and what it reads.

    Attributes:
      make: makes the layer anew.
      shape: of one sample of each of its inputs.
      inputs: how many it has.
      listed: whether several inputs come as one list.
      dtype: "int32": whole numbers from 0 to 4; "string".
      lacking: the first runtime that lacks an op of it, "micro" (and C with it), or
        "c"; "" if there is none.
    """

    make: Callable
    shape: tuple[int, ...] = IMAGE
    inputs: int = 1
    listed: bool = True
    dtype: str = "float32"
    lacking: str = ""

    def apply(self, tensors):
        """The layer's output, as floats, from its inputs."""
        layer = self.make()
        if self.dtype == "int32":
            tensors = [K.Lambda(_as_index)(t) for t in tensors]
        if self.inputs == 1:
            y = layer(tensors[0])
        else:
            y = layer(list(tensors)) if self.listed else layer(*tensors)
        return y if y.dtype == tf.float32 else K.Lambda(_as_float)(y)


def _as_index(x):
    return tf.cast(tf.clip_by_value(x, 0.0, 4.0), tf.int32)


def _as_float(x):
    return tf.cast(x, tf.float32) - 1.0


def _normalization():
    layer = K.Normalization()
    layer.adapt(np.random.default_rng(0).normal(size=(20, *IMAGE)).astype(np.float32))
    return layer


def _case(
    name, *arguments, shape=IMAGE, inputs=1, listed=True, dtype="float32", lacking="", **options
):
    kind = name.partition(":")[0]
    make = lambda: getattr(K, kind)(*arguments, **options)  # noqa: E731
    return {name: Case(make, shape, inputs, listed, dtype, lacking)}


def _activations():
    cases = {}
    for names, lacking in (
        ("linear relu softmax", ""),
        ("elu exponential hard_sigmoid mish sigmoid softplus softsign swish tanh", "c"),
        ("gelu selu", "micro"),
    ):
        for name in names.split():
            cases |= _case(f"Activation:{name}", name, lacking=lacking)
    return cases


def _of_each_rank():
    cases = {}
    for rank, shape in ((1, SEQUENCE), (2, IMAGE), (3, VOLUME)):
        if rank < 3:
            cases |= _case(f"AveragePooling{rank}D", 2, shape=shape)
            cases |= _case(f"MaxPooling{rank}D", 2, shape=shape)
        cases |= _case(f"GlobalAveragePooling{rank}D", shape=shape)
        cases |= _case(f"SpatialDropout{rank}D", 0.5, shape=shape)
        for name, argument, lacking in (
            ("GlobalMaxPooling", (), ("c", "c", "c")),
            ("Cropping", (1,), ("c", "c", "micro")),
            ("UpSampling", (2,), ("micro", "c", "c")),
            ("ZeroPadding", (1,), ("", "", "c")),
        ):
            full = f"{name}{rank}D"
            cases |= _case(full, *argument, shape=shape, lacking=lacking[rank - 1])
    return cases


def _random():
    cases = _case("RandomCrop", 4, 4, lacking="c") | _case("RandomFlip")
    cases |= _case("RandomTranslation", 0.2, 0.2)
    for name in ("Brightness", "Contrast", "Height", "Rotation", "Width", "Zoom"):
        cases |= _case(f"Random{name}", 0.2)
    return cases


LAYERS = {
    **_activations(),
    **_of_each_rank(),
    **_random(),
    **_case("ELU", lacking="c"),
    **_case("LeakyReLU", lacking="c"),
    # TFLiteConverter misses some of its PRELUs where several layers read one tensor.
    **_case("PReLU", lacking="c"),
    **_case("ReLU"),
    **_case("Softmax"),
    **_case("ThresholdedReLU", lacking="c"),
    **_case("AdditiveAttention", shape=SEQUENCE, inputs=2, lacking="c"),
    **_case("Attention", shape=SEQUENCE, inputs=2, lacking="c"),
    **_case("MultiHeadAttention", 2, 3, shape=SEQUENCE, inputs=2, listed=False, lacking="c"),
    **_case("Conv1D", 3, 3, shape=SEQUENCE),
    **_case("Conv1D:causal", 3, 3, padding="causal", dilation_rate=2, shape=SEQUENCE, lacking="c"),
    **_case("Conv1DTranspose", 3, 3, strides=2, shape=SEQUENCE, lacking="c"),
    **_case("Conv2D", 3, 3, activation="relu"),
    **_case("Conv2D:groups", 4, 3, groups=2, dilation_rate=2),
    **_case("Conv2DTranspose", 3, 3, strides=2, lacking="c"),
    **_case("Conv3D", 3, 2, shape=VOLUME, lacking="micro"),
    **_case("Conv3DTranspose", 3, 2, shape=VOLUME, lacking="micro"),
    **_case("DepthwiseConv1D", 3, shape=SEQUENCE),
    **_case("DepthwiseConv2D", 3),
    **_case("SeparableConv1D", 3, 3, shape=SEQUENCE),
    **_case("SeparableConv2D", 3, 3),
    **_case("Dense", 5, shape=VECTOR),
    **_case("Dense:gelu", 5, activation="gelu", shape=VECTOR, lacking="micro"),
    **_case("Dense:sequence", 5, shape=SEQUENCE, lacking="c"),
    **_case("EinsumDense", "abc,cd->abd", (6, 5), bias_axes="d", shape=SEQUENCE, lacking="c"),
    **_case("Embedding", 5, 3, shape=(6,), dtype="int32", lacking="c"),
    **_case("Identity"),
    **_case("Lambda", lambda x: x * x + 1.0),
    **_case("Masking", shape=SEQUENCE, lacking="micro"),
    **_case("LocallyConnected1D", 3, 2, shape=SEQUENCE, lacking="c"),
    **_case("LocallyConnected2D", 2, 4, lacking="micro"),
    **_case("Add", inputs=2),
    **_case("Average", inputs=2),
    **_case("Concatenate", inputs=2),
    **_case("Concatenate:rows", 1, inputs=2),
    **_case("Dot", 2, shape=SEQUENCE, inputs=2, lacking="c"),
    **_case("Maximum", inputs=2, lacking="c"),
    **_case("Minimum", inputs=2, lacking="c"),
    **_case("Multiply", inputs=2),
    **_case("Subtract", inputs=2, lacking="c"),
    **_case("BatchNormalization"),
    **_case("BatchNormalization:rows", axis=1, lacking="c"),
    **_case("GroupNormalization", 2, lacking="c"),
    **_case("LayerNormalization", lacking="c"),
    **_case("UnitNormalization", lacking="c"),
    "SpectralNormalization": Case(lambda: K.SpectralNormalization(K.Dense(5)), VECTOR),
    **_case("Discretization", [-1.0, 0.0, 1.0], shape=VECTOR, lacking="micro"),
    **_case("CenterCrop", 4, 4, lacking="c"),
    **_case("Rescaling", 1 / 8, -0.5),
    **_case("Resizing", 3, 3, lacking="c"),
    **_case("Resizing:nearest", 3, 3, interpolation="nearest", lacking="micro"),
    "Normalization": Case(_normalization, lacking="c"),
    **_case("ActivityRegularization"),
    **_case("AlphaDropout", 0.5),
    **_case("Dropout", 0.5),
    **_case("GaussianDropout", 0.5),
    **_case("GaussianNoise", 0.5),
    **_case("Flatten"),
    **_case("Permute", (2, 1, 3), lacking="c"),
    **_case("RepeatVector", 3, shape=VECTOR, lacking="micro"),
    **_case("Reshape", (12, 12)),
    "RNN": Case(lambda: K.RNN(K.GRUCell(3)), SEQUENCE, lacking="c"),
    "RNN:unroll": Case(lambda: K.RNN(K.SimpleRNNCell(3), unroll=True), SEQUENCE, lacking="c"),
    "Bidirectional": Case(lambda: K.Bidirectional(K.LSTM(3)), SEQUENCE, lacking="c"),
    **_case("ConvLSTM1D", 2, 2, shape=(3, 6, 4), lacking="c"),
    **_case("ConvLSTM2D", 2, 2, shape=VOLUME, lacking="micro"),
    **_case("GRU", 3, shape=SEQUENCE, lacking="c"),
    **_case("GRU:sequence", 3, return_sequences=True, shape=SEQUENCE, lacking="micro"),
    **_case("LSTM", 3, return_sequences=True, shape=SEQUENCE, lacking="c"),
    **_case("SimpleRNN", 3, shape=SEQUENCE, lacking="c"),
    "TimeDistributed": Case(lambda: K.TimeDistributed(K.Conv2D(3, 2)), VOLUME, lacking="c"),
}

REFUSED = {
    **_case("AveragePooling3D", 2, shape=VOLUME),
    **_case("MaxPooling3D", 2, shape=VOLUME),
    **_case("CategoryEncoding", 5, shape=(6,), dtype="int32"),
    **_case("Discretization:one_hot", [-1.0, 1.0], output_mode="one_hot", shape=(1,)),
    **_case("HashedCrossing", 5, shape=(1,), inputs=2, dtype="int32"),
    **_case("Hashing", 5, shape=(4,), dtype="int32"),
    **_case("Resizing:bicubic", 3, 3, interpolation="bicubic"),
    **_case("IntegerLookup", vocabulary=[3, 1, 2], shape=(4,), dtype="int32"),
    **_case("ConvLSTM3D", 2, 2, shape=FILM),
    **_case("StringLookup", vocabulary=["a", "b"], shape=(4,), dtype="string"),
    **_case(
        "TextVectorization",
        vocabulary=["a", "b"],
        output_sequence_length=4,
        shape=(1,),
        dtype="string",
    ),
}

NO_LAYERS = {
    "Layer": "the class of all layers",
    "InputLayer": "stands in front of every network here",
    "DenseFeatures": "reads a dictionary of feature columns",
    "Wrapper": "the class of TimeDistributed and Bidirectional",
    **dict.fromkeys(
        ("AbstractRNNCell", "GRUCell", "LSTMCell", "SimpleRNNCell", "StackedRNNCells"),
        "stands in a RNN",
    ),
}
