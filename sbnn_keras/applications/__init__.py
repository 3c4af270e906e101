"""Networks made for sparse binary layers, a function each, as in `tf.keras.applications`."""

from sbnn_keras.applications.binarynet import BinaryNet
from sbnn_keras.applications.cards import all_weights, card
from sbnn_keras.applications.mlp import MLP
from sbnn_keras.applications.resnet import ResNet8
from sbnn_keras.applications.small_cnn import SmallCNN
from sbnn_keras.applications.sound_net import SoundNet
from sbnn_keras.front import chosen_front

# The first name asked for decides which Keras is meant, be it a layer or a network.
LogMel = chosen_front().LogMel

__all__ = [
    "MLP",
    "BinaryNet",
    "LogMel",
    "ResNet8",
    "SmallCNN",
    "SoundNet",
    "all_weights",
    "card",
]
