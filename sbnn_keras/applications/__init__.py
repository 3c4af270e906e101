"""Networks made for sparse binary layers, a function each, as in `tf.keras.applications`."""

from sbnn_keras.applications.binarynet import BinaryNet

__all__ = ["BinaryNet"]
