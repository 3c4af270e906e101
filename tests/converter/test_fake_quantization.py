"""Networks that were trained with fake quantization, as Larq's and TFMOT's users do."""

import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
from networks import K
from parity import assert_agrees
from sbnn_converter import ConversionError
from sbnn_converter.tflite.flatbuffer import read_stored_model
from sbnn_keras import SparseBinaryDense

fake = tf.quantization


class QuantizedDense(K.Dense):
    """A dense layer with kernel and output on 8 bits, as TFMOT's QuantizeWrapper has it."""

    def call(self, x):
        kernel = fake.fake_quant_with_min_max_vars(self.kernel, -1.0, 1.0, narrow_range=True)
        low, high = tf.constant(-4.0), tf.constant(4.0)
        return fake.fake_quant_with_min_max_vars(x @ kernel, low, high)


def network(layer):
    return tf.keras.Sequential(
        [
            tf.keras.Input((8,)),
            layer,
            SparseBinaryDense(6, connections=0.5, input_quantizer="ste_sign"),
            K.Dense(4),
        ]
    )


@pytest.mark.parametrize(
    "layer",
    [
        K.Lambda(lambda x: fake.fake_quant_with_min_max_args(x, -3, 3)),
        QuantizedDense(8),
    ],
    ids=["activation", "kernel"],
)
def test_eight_bits_are_int8_for_all_runtimes(rng, layer):
    model = network(layer)
    converted = assert_agrees(model, rng.normal(0, 2, (20, 8)).astype(np.float32), rtol=1e-5)
    assert not {t.type for t in read_stored_model(converted).tensors} & {"UINT8"}


def test_other_widths_are_refused_by_name():
    layer = K.Lambda(lambda x: fake.fake_quant_with_min_max_args(x, -3, 3, num_bits=4), name="four")
    with pytest.raises(ConversionError, match="^layer 'four' "):
        sbnn_converter.convert_keras_model(network(layer))
