"""Small forms of the networks of Larq Zoo and of the literature, in ±1 (`larq`) and
in both domains of sbnn_keras."""

import larq as lq
import tensorflow as tf

import sbnn_keras
from networks import K

SHAPE = (16, 16, 3)
FAMILIES = ["larq", "01", "general"]


def conv(family, filters, kernel=3, input_quantizer="ste_sign", **kwargs):
    kwargs = dict(padding="same", use_bias=False, input_quantizer=input_quantizer, **kwargs)
    if family == "larq":
        return lq.layers.QuantConv2D(
            filters, kernel, kernel_quantizer="ste_sign", kernel_constraint="weight_clip", **kwargs
        )
    return sbnn_keras.SparseBinaryConv2D(filters, kernel, domain=family, connections=0.2, **kwargs)


def dense(family, units, **kwargs):
    if family == "larq":
        return lq.layers.QuantDense(
            units,
            kernel_quantizer="ste_sign",
            kernel_constraint="weight_clip",
            use_bias=False,
            input_quantizer="ste_sign",
        )
    return sbnn_keras.SparseBinaryDense(
        units, domain=family, connections=0.2, use_bias=False, input_quantizer="ste_sign"
    )


class LearnableBias(K.Layer):
    def build(self, shape):
        self.bias = self.add_weight("bias", (1, 1, 1, shape[-1]), initializer="normal")

    def call(self, x):
        return x + self.bias


def binary_net(family):
    """BinaryNet (arXiv 1602.02830), as in Larq Zoo."""
    first = conv(family, 8, input_quantizer=None)
    model = tf.keras.Sequential([tf.keras.Input(SHAPE), first])
    for filters, pool in [(8, True), (16, False), (16, True)]:
        model.add(K.BatchNormalization(scale=False))
        model.add(conv(family, filters))
        if pool:
            model.add(K.MaxPooling2D(2))
    model.add(K.BatchNormalization(scale=False))
    model.add(K.Flatten())
    for units in (32, 10):
        model.add(dense(family, units))
        model.add(K.BatchNormalization(scale=False))
    model.add(K.Softmax())
    return model


def bi_real_net(family):
    """Bi-Real Net (arXiv 1808.00278): a shortcut around every convolution."""
    x = tf.keras.Input(SHAPE)
    y = K.MaxPooling2D(2)(K.BatchNormalization()(K.Conv2D(8, 3, padding="same")(x)))
    for filters, strides in [(8, 1), (16, 2), (16, 1)]:
        shortcut = y
        if strides > 1:
            shortcut = K.AveragePooling2D(2)(shortcut)
            shortcut = K.BatchNormalization()(K.Conv2D(filters, 1)(shortcut))
        y = K.BatchNormalization()(conv(family, filters, strides=strides)(y))
        y = K.Add()([y, shortcut])
    return tf.keras.Model(x, K.Dense(10, "softmax")(K.GlobalAveragePooling2D()(y)))


def quick_net(family):
    """QuickNet (arXiv 2011.09398): separable stem, blur pools between sections."""
    x = tf.keras.Input(SHAPE)
    y = K.Conv2D(4, 3, strides=2, padding="same", use_bias=False)(x)
    y = K.ReLU()(K.BatchNormalization()(y))
    y = K.DepthwiseConv2D(3, padding="same", use_bias=False)(y)
    y = K.BatchNormalization(scale=False, center=False)(y)
    y = K.BatchNormalization()(K.Conv2D(8, 1, use_bias=False)(y))
    for filters in (8, 16):
        if filters != y.shape[-1]:
            y = K.ReLU()(y)
            y = K.MaxPooling2D(3, 1)(K.ZeroPadding2D(1)(y))
            y = K.DepthwiseConv2D(3, strides=2, padding="same", use_bias=False, trainable=False)(y)
            y = K.BatchNormalization()(K.Conv2D(filters, 1)(y))
        for _ in range(2):
            z = conv(family, filters, activation="relu", pad_values=1.0)(y)
            y = K.Add()([y, K.BatchNormalization()(z)])
    y = K.GlobalAveragePooling2D()(K.ReLU()(y))
    return tf.keras.Model(x, K.Dense(10, "softmax")(y))


def react_net(family):
    """ReActNet (arXiv 2003.03488): learnt shifts in front of signs and PReLUs."""
    x = tf.keras.Input(SHAPE)
    y = K.BatchNormalization()(K.Conv2D(8, 3, strides=2, padding="same")(x))

    def unit(y, filters, kernel, strides=1):
        z = conv(family, filters, kernel, strides=strides)(LearnableBias()(y))
        z = K.BatchNormalization()(z)
        shortcut = K.AveragePooling2D(2)(y) if strides > 1 else y
        z = LearnableBias()(K.Add()([shortcut, z]))
        slopes = tf.keras.initializers.RandomNormal(0.25, 0.2)
        z = K.PReLU(alpha_initializer=slopes, shared_axes=[1, 2])(z)
        return LearnableBias()(z)

    y = unit(y, 8, 3)
    left, right = unit(y, 8, 1), unit(y, 8, 1)
    y = unit(K.Concatenate()([left, right]), 16, 3, strides=2)
    return tf.keras.Model(x, K.Dense(10)(K.GlobalAveragePooling2D()(y)))


def dense_net(family):
    """BinaryDenseNet (arXiv 1906.08637): every block reads all before it."""
    x = tf.keras.Input(SHAPE)
    y = K.MaxPooling2D(3, 2, "same")(K.Conv2D(8, 3, padding="same")(x))
    for _ in range(3):
        z = conv(family, 4, dilation_rate=2)(K.BatchNormalization()(y))
        y = K.Concatenate()([y, z])
    y = K.MaxPooling2D(2)(K.ReLU()(K.BatchNormalization()(y)))
    return tf.keras.Model(x, K.Dense(10)(K.Flatten()(y)))


NETWORKS = {
    network.__name__: network
    for network in (binary_net, bi_real_net, quick_net, react_net, dense_net)
}
