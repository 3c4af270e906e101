"""Flatbuffers of the layer and the network, for our runtime and its peers."""

from __future__ import annotations

import functools

import tensorflow as tf
from tensorflow.lite.tools import flatbuffer_utils

import networks
import sbnn_converter


def cut_out(model: bytes, custom_code: str, which: int) -> bytes:
    """The ``which``-th op of this name alone: its tensors are inputs and outputs.

    That is how a layer with packed bits on both sides is had: between two others.
    """
    content = flatbuffer_utils.read_model_from_bytearray(bytearray(model))
    graph = content.subgraphs[0]
    found = [
        op
        for op in graph.operators
        if content.operatorCodes[op.opcodeIndex].customCode == custom_code.encode()
    ]
    graph.operators = [found[which]]
    graph.inputs = [found[which].inputs[0]]
    graph.outputs = [found[which].outputs[0]]
    content.signatureDefs = []
    return bytes(flatbuffer_utils.convert_object_to_bytearray(content))


def tflite(model: tf.keras.Model, int8: bool) -> bytes:
    """A float Keras model through TFLiteConverter, in float32 or whole int8."""
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if int8:
        shape = model.input_shape[1:]
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = functools.partial(networks.samples, shape)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    return converter.convert()


def layer(connections: float, size: int = 32, channels: int = 64) -> bytes:
    """Our layer, bits to bits, on images of ``size`` x ``size``."""
    shape = (size, size, channels)
    model = networks.three_layers(networks.sparse_conv(connections), shape)
    return cut_out(sbnn_converter.convert_keras_model(model), "SbnnConv2D", 1)


def network(connections: float, signed: bool = False) -> bytes:
    """Our network, int8 to int8; ``signed``: weights -1, 0, +1 on activations of two bits."""
    return sbnn_converter.convert_keras_model(
        networks.network(
            networks.sparse_conv(connections, signed), networks.sparse_dense(connections, signed)
        ),
        inference_input_type=tf.int8,
        inference_output_type=tf.int8,
        representative_dataset=functools.partial(networks.samples, networks.NETWORK_INPUT),
    )


def float_layer(int8: bool) -> bytes:
    return tflite(networks.one_layer(), int8)


def float_network(int8: bool) -> bytes:
    model = networks.network(networks.float_conv, networks.float_dense(), activation=True)
    return tflite(model, int8)


def larq_layer() -> bytes:
    """Larq's layer in Larq Compute Engine, bits to bits."""
    import larq_compute_engine as lce

    converted = lce.convert_keras_model(networks.three_layers(networks.larq_conv))
    return cut_out(converted, "LceBconv2d", 1)


def larq_network() -> bytes:
    import larq_compute_engine as lce

    return lce.convert_keras_model(networks.network(networks.larq_conv, networks.larq_dense()))
