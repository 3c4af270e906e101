"""Masks of time steps, as `Masking` and `Embedding` give them, to the layers that heed them.

Keras hangs a mask on the tensor and hands it on from layer to layer. Nodes that are not
Keras's layers lose it: then it becomes a tensor of the graph of its own, made by the
layers' `compute_mask`.
"""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.errors import ConversionError
from sbnn_converter.framework import face
from sbnn_converter.framework.call import Call, hang_mask, mask_of
from sbnn_converter.tensors.face import numbers

_Layer = tf.keras.layers.Layer
_FRAMES = (tf.keras.Model, tf.keras.layers.InputLayer)


class Masks:
    """The masks of one model's tensors, while it is walked through."""

    def __init__(self):
        self._nodes: dict[int, g.Node] = {}  # by tensor
        self._carrying: set[g.Node] = set()  # on whose values Keras itself hangs the mask

    def heeding(self, node: Call, read: list[g.Node], call) -> tuple[list[g.Node], object]:
        """What a layer's call reads, with the masks that would be lost, and the call.

        Args:
          node: the call in the Keras model.
          read: what it reads without masks.
          call: from tensors for ``read`` to the layer's output.
        """
        tensors = node.inputs
        lost = [
            i
            for i, (tensor, source) in enumerate(zip(tensors, read))
            if id(tensor) in self._nodes and source not in self._carrying
        ]
        if not lost or not face.heeds_masks(node.layer):
            return read, call

        def call_with_masks(values: list[tf.Tensor]):
            values, masks = values[: len(tensors)], values[len(tensors) :]
            values = [tf.identity(value) for value in values]  # others read them unmasked
            for i, mask in zip(lost, masks):
                hang_mask(values[i], mask)
            return call(values)

        return [*read, *(self._nodes[id(tensors[i])] for i in lost)], call_with_masks

    def follow(self, node: Call, name: str, read: list[g.Node], outputs: Sequence[g.Node]) -> None:
        """Notes the masks of what a layer's call gives.

        Args:
          node, read: see ``heeding``.
          name: the layer's.
          outputs: the nodes that it has become.
        """
        sources = [r for t, r in zip(node.inputs, read) if id(t) in self._nodes]
        for tensor, output in zip(node.outputs, outputs):
            mask = mask_of(tensor)
            if mask is None:
                continue
            of_keras = isinstance(output, (g.KerasLayer, g.Part)) and output not in read
            if of_keras and self._carrying.issuperset(sources):
                self._carrying.add(output)
            self._nodes[id(tensor)] = self._mask_of(node, name, read, mask)

    def check_nested(self, node: Call, name: str) -> None:
        """Refuses a model called as a layer that would take a mask into itself.

        Raises:
          ConversionError: a layer inside heeds it.
        """
        heeding = [
            layer
            for layer in face.flat_layers(node.layer)
            if face.heeds_masks(layer) and not isinstance(layer, _FRAMES)
        ]
        if heeding and any(id(t) in self._nodes for t in node.inputs):
            raise ConversionError(
                f"layer '{name}' is a model that is given a mask, which '{heeding[0].name}' "
                "in it heeds: a mask is not taken into nested models; put Masking or the "
                "Embedding into that model, or its layers into the outer one"
            )

    def _mask_of(self, node: Call, name: str, read: list[g.Node], mask) -> g.Node:
        layer = node.layer
        given = [self._nodes.get(id(t)) for t in node.inputs]
        if type(layer).compute_mask is _Layer.compute_mask and len(given) == 1 and given[0]:
            return given[0]

        def compute(values: list[tf.Tensor]):
            read_masks = iter(values[len(given) :])
            masks = [None if m is None else next(read_masks) for m in given]
            if len(given) == 1:
                return tf.nest.flatten(layer.compute_mask(values[0], masks[0]))[0]
            return tf.nest.flatten(layer.compute_mask(values[: len(given)], masks))[0]

        reads = [*read, *(m for m in given if m is not None)]
        return g.KerasLayer(
            f"{name}/mask", reads, mask.shape[1:], layer, compute, face=numbers("bool")
        )
