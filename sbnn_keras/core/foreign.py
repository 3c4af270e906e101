"""Refuses models, layers and tensors of the other Keras, which cannot work with ours.

Both Kerases can live in one process, and neither minds strange parts: a network would train
without anything being held.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from sbnn_keras.core.packages import package_of


@dataclasses.dataclass(frozen=True)
class OtherKeras:
    """The Keras whose parts a front refuses.

    Attributes:
        name: such as "Keras 3".
        packages: the top-level modules in which its classes are.
        way_out: what was wanted and how to come by it, behind "wanted a model".
    """

    name: str
    packages: frozenset[str]
    way_out: str

    def made(self, thing) -> bool:
        """True for instances of its classes, and of classes derived from them."""
        return any(package_of(cls) in self.packages for cls in type(thing).__mro__)

    def refusal(self, subject: str, thing, wanted: str, found: str | None = None) -> TypeError:
        """The error about a `thing` that stands as `subject`, where `wanted` was wanted."""
        if found is None:
            found = type(thing).__name__ + (f" of {self.name}" if self.made(thing) else "")
        return TypeError(f"{subject}: found {found}, wanted a {wanted} {self.way_out}.")

    def check_model(self, model, fits: bool) -> None:
        """Raises a TypeError if `model` is of the other Keras, or no model at all.

        Args:
            model: what was given for one.
            fits: whether it is a model of the right Keras, or of one like it.
        """
        if self.made(model) or not fits:
            name = getattr(model, "name", type(model).__name__)
            raise self.refusal(f"Wrong model {name!r}", model, "model")

    def check_inputs(self, tensors: Iterable, layer) -> None:
        """Raises a TypeError if a layer is called on a symbolic tensor of the other Keras."""
        for tensor in tensors:
            if self.made(tensor):
                raise self.refusal(f"Wrong inputs of layer {layer.name!r}", tensor, "tensor")

    def check_arguments(self, arguments: dict, kind: str) -> None:
        """Raises a TypeError if a layer is made with a foreign part, such as a quantizer.

        Args:
            arguments: by name.
            kind: of the layer, for the message.
        """
        for name, value in arguments.items():
            if self.made(value):
                raise self.refusal(f"Wrong `{name}` of a {kind}", value, "part")


class OfOneKeras:
    """Mixin for layers: the other Keras says what they are when it refuses them.

    Attributes:
        _whose: the Keras that a layer is of, for its repr.
        _check_inputs: refuses foreign tensors: from inputs and the layer to nothing.
    """

    name: str  # as every layer has one
    _whose: str

    @staticmethod
    def _check_inputs(inputs, layer) -> None:
        raise NotImplementedError

    def __call__(self, inputs, *args, **kwargs):
        self._check_inputs(inputs, self)
        return super().__call__(inputs, *args, **kwargs)  # type: ignore[misc]  # the layer's

    def __repr__(self):
        return f"<{type(self).__name__} {self.name!r} {self._whose}>"
