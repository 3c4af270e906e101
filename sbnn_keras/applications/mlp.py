"""MLP: dense layers alone, for small images such as handwritten digits."""

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sbnn_keras.applications.ready_made import takes_weights
from sbnn_keras.applications.scheme import Scheme
from sbnn_keras.applications.shapes import channels, check_common, check_input_shape, stages
from sbnn_keras.core.arguments import is_whole
from sbnn_keras.front import chosen_keras

if TYPE_CHECKING:  # of the Keras that is meant
    import keras


@takes_weights
def MLP(  # a network's name, as in keras.applications
    input_shape: tuple[int, ...] = (28, 28, 1),
    classes: int = 10,
    units: Sequence[int] = (512, 512),
    width: float = 1.0,
    connections: float | None = None,
    domain: str = "signed",
    first_domain: str | None = None,
    bits: int = 2,
    stream_bits: int | None = None,
    latent_bound: float = 3.0,
    include_top: bool = True,
    weights: str | None = None,
    name: str = "mlp",
) -> "keras.Model":
    """Dense layers with batch normalization: 784-512-512-10 for MNIST.

    ```python
    model = sbnn_keras.applications.MLP()
    shares = sbnn_keras.allocate_connections(model, 0.05)
    ```

    Args:
        input_shape: of a sample, with any number of dimensions. Inputs want values
            around 0, best multiples of 1/128 in [-1, 1).
        classes: number of outputs.
        units: of the layers before the last.
        width: factor of all `units`; those of a stream stay multiples of each other.
        connections, domain, first_domain, bits, stream_bits, latent_bound: how layers
            are quantized, see `sbnn_keras.applications.scheme.Scheme`. A stream begins
            behind the second layer, and wants `units` that repeat or multiply from there on.
        include_top: whether the last dense layer and the softmax stand at the end.
        weights: name of trained weights in the package, see
            `sbnn_keras.applications.card`; None for a network to train.
        name: of the model.

    Returns:
        A model, untrained without `weights`. Its outputs are probabilities [batch,
        classes], or without top the activations' inputs [batch, last of units].

    Raises:
        ValueError: for arguments out of range.
    """
    check_common(classes, width, include_top, name)
    check_input_shape(input_shape, "one positive size a dimension", lambda sizes: len(sizes) > 0)
    _check_units(units)
    keras = chosen_keras()
    scheme = Scheme(domain, first_domain, connections, bits, stream_bits, latent_bound)
    counts = [channels(count, width) for count in units]
    if stream_bits is not None:
        _check_stream(units)
        counts[1:] = stages(units[1:], width)
    inputs = keras.Input(input_shape)
    x = keras.layers.Flatten()(inputs) if len(input_shape) > 1 else inputs
    stream = None
    for place, count in enumerate(counts):
        sums = scheme.dense(count, first=place == 0)(x)
        # Pixels are no bits: what is computed of them does not begin a stream.
        x = scheme.normalized(sums) if place == 0 else scheme.joined(stream, sums)
        stream = x if place else None
    if include_top:
        x = scheme.dense(classes)(x)
        x = keras.layers.Softmax()(scheme.normalized(x))
    return keras.Model(inputs, x, name=name)


def _check_units(units) -> None:
    """Raises ValueError unless there are numbers of units, one a layer."""
    is_list = isinstance(units, (Sequence, np.ndarray)) and not isinstance(units, (str, bytes))
    if not is_list or not all(is_whole(count) and count > 0 for count in units):
        raise ValueError(
            f"Wrong `units`: found {units!r}, wanted whole numbers of at least 1, one a layer, "
            "such as (512, 512)."
        )


def _check_stream(units) -> None:
    """Raises ValueError unless a stream goes through all layers from the second one on."""
    if any(count % before for before, count in itertools.pairwise(units[1:])):
        raise ValueError(
            f"Wrong `units`: found {units!r}, wanted each from the third on to be a multiple of "
            "the one before, through which the stream goes; or stream_bits=None."
        )
