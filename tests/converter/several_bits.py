"""Small networks of activations of several bits and of residual streams."""

import tensorflow as tf
from larq.quantizers import DoReFa, SteSign

import sbnn_keras
from networks import K
from sbnn_keras import ResidualStream
from sbnn_keras.quantizers import QuantHardTanh

SHAPE = (8, 8, 4)


def conv(quantizer, filters=6, **kwargs):
    kwargs = dict(padding="same", use_bias=False, domain="01", connections=0.4) | kwargs
    return sbnn_keras.SparseBinaryConv2D(filters, 3, input_quantizer=quantizer, **kwargs)


def dense(quantizer, units=5, **kwargs):
    kwargs = dict(use_bias=False, domain="01", connections=0.4) | kwargs
    return sbnn_keras.SparseBinaryDense(units, input_quantizer=quantizer, **kwargs)


def normal(x):
    return K.BatchNormalization()(x)


def chain(bits, domain="01"):
    """Poolings in front of and behind batch normalizations, a dense layer on an image."""
    x = tf.keras.Input(SHAPE)
    first, second, third = map(QuantHardTanh, bits)
    y = normal(K.MaxPooling2D(2)(conv(first, domain=domain)(x)))
    y = K.MaxPooling2D(2)(normal(conv(second, domain=domain, strides=1)(y)))
    y = normal(conv(third, 40, domain=domain)(y))
    return tf.keras.Model(x, dense(QuantHardTanh(bits[0]), domain=domain)(K.Flatten()(y)))


def branches():
    """Quantizers as layers, with learnt steps, read by floats, joined, of other quantizers."""
    x = tf.keras.Input(SHAPE)
    learnt = QuantHardTanh(3, learn_step=True)
    y = learnt(normal(conv(QuantHardTanh(2))(x)))
    other = QuantHardTanh(3)(normal(conv(SteSign(), 5, padding="valid")(K.ZeroPadding2D(1)(x))))
    joined = K.Concatenate()([y, other])
    depthwise = sbnn_keras.SparseBinaryDepthwiseConv2D(
        3,
        depth_multiplier=2,
        strides=2,
        padding="same",
        connections=0.4,
        use_bias=False,
        domain="01",
    )
    outputs = [
        y,
        conv(None)(joined),
        depthwise(joined),
        K.Add()([conv(None)(y), y]),
        conv(QuantHardTanh(2))(y),
        conv(None, pad_values=1.0)(y),
        dense(None)(K.Flatten()(joined)),
        dense(QuantHardTanh(2))(K.GlobalMaxPooling2D()(normal(conv(None)(y)))),
    ]
    model = tf.keras.Model(x, outputs)
    learnt._step.assign(0.7)
    return model


def dorefa(bits):
    x = tf.keras.Input(SHAPE)
    y = normal(conv(DoReFa(bits))(x))
    y = normal(K.MaxPooling2D(2)(conv(None)(DoReFa(bits)(y))))
    return tf.keras.Model(x, dense(DoReFa(bits))(K.Flatten()(y)))


def streams():
    """Streams that are begun, added to, pooled in both ways, joined, and read by others."""
    x = tf.keras.Input(SHAPE)
    sums = conv(QuantHardTanh(2), use_bias=True)(x)
    stream = ResidualStream(6)(K.MaxPooling2D(2)(sums))
    stream = ResidualStream(6)([stream, conv(QuantHardTanh(2))(stream)])
    means = K.Concatenate()([K.AveragePooling2D(2)(stream)] * 2)
    sums = K.MaxPooling2D(2)(conv(QuantHardTanh(3), 12)(normal(stream)))
    narrow = ResidualStream(6)([means, sums])
    most = K.MaxPooling2D(2)(stream)
    longer = ResidualStream(8, step=1 / 8)([most, conv("ste_sign")(most)])
    outputs = [
        narrow,
        longer,
        conv(QuantHardTanh(1))(longer),
        dense(QuantHardTanh(2))(K.Flatten()(narrow)),
        K.GlobalAveragePooling2D()(stream),
    ]
    return tf.keras.Model(x, outputs)


def vectors():
    """A stream and joined activations of features."""
    x = tf.keras.Input((20,))
    stream = ResidualStream(6)(dense(QuantHardTanh(2), 40)(x))
    stream = ResidualStream(6)([stream, dense(QuantHardTanh(2), 40)(stream)])
    signs = [QuantHardTanh(2)(normal(dense("ste_sign", n)(x))) for n in (33, 7)]
    return tf.keras.Model(x, [stream, dense(None)(K.Concatenate()(signs))])
