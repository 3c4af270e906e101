"""Small networks of SBNN ops alone."""

import tensorflow as tf

from networks import K
from sbnn_keras import ResidualStream, SparseBinaryDense
from several_bits import QuantHardTanh, conv, dense


def mlp():
    first, last = (SparseBinaryDense(units, connections=0.2) for units in (64, 10))
    return tf.keras.Sequential([tf.keras.Input((40,)), first, K.BatchNormalization(), last])


def residual():
    """Two residual streams."""
    x = tf.keras.Input((8, 8, 4))
    stream = ResidualStream(6)(conv(QuantHardTanh(2))(x))
    stream = ResidualStream(6)([stream, conv(QuantHardTanh(2))(stream)])
    y = K.Flatten()(K.MaxPooling2D(2)(stream))
    return tf.keras.Model(x, dense(QuantHardTanh(2))(y))
