"""One call of a layer in a Keras model, and what both Kerases do alike with layers."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class Call:
    """One call of a layer.

    Attributes:
      layer: a layer, or in Keras 3 also another operation.
      inputs, outputs: Keras's own tensors, whose identity tells how calls hang together.
      reads, gives: the types and shapes of these.
      kwargs: what the layer was called with beside the tensors.
      run: from tensors for ``inputs`` to the layer's output.
      returns_list: whether that is a list, be it of one.
      arguments: the first argument of the call, for nested models.
    """

    layer: Any
    inputs: list
    outputs: list
    reads: list[tf.TensorSpec]
    gives: list[tf.TensorSpec]
    kwargs: dict
    run: Callable[[list[tf.Tensor]], Any]
    returns_list: bool
    arguments: Any


@contextlib.contextmanager
def patched(layer, name: str, value):
    """Has an attribute of a layer be another one for a while, without Keras's notice."""
    before = layer.__dict__[name]
    layer.__dict__[name] = value
    try:
        yield
    finally:
        layer.__dict__[name] = before


def mask_of(tensor):
    """The mask that hangs on a tensor of Keras's."""
    return getattr(tensor, "_keras_mask", None)


def hang_mask(tensor, mask) -> None:
    tensor._keras_mask = mask


def kind_among(kinds: Mapping[str, tuple[type, ...]]) -> Callable[[Any], str | None]:
    """The function from a layer to the name of its classes among ``kinds``: ``dense``,
    ``conv1d``, ``conv2d``, ``depthwise`` or ``separable``, and ``None`` for another layer."""

    def kind(layer) -> str | None:
        return next((name for name, classes in kinds.items() if isinstance(layer, classes)), None)

    return kind
