"""SoundNet: convolutions over time, for features of a sound."""

from typing import TYPE_CHECKING

from sbnn_keras.applications.ready_made import takes_weights
from sbnn_keras.applications.scheme import Scheme
from sbnn_keras.applications.shapes import check_common, check_input_shape, stages
from sbnn_keras.front import chosen_keras

if TYPE_CHECKING:  # of the Keras that is meant
    import keras

_FILTERS = (64, 128, 256)


@takes_weights
def SoundNet(  # a network's name, as in keras.applications
    input_shape: tuple[int, int] = (49, 16),
    classes: int = 10,
    width: float = 0.375,
    connections: float | None = None,
    domain: str = "signed",
    first_domain: str | None = None,
    bits: int = 2,
    stream_bits: int | None = None,
    latent_bound: float = 3.0,
    include_top: bool = True,
    weights: str | None = None,
    name: str = "sound_net",
) -> "keras.Model":
    """Three times two convolutions over time and a pooling, and a dense layer.

    Bands of frequencies are channels, as in TC-ResNet (arXiv 1904.03814), so that images
    have one row and most work is done on few positions. With `stream_bits`, layers from
    behind the first pooling on add to a residual stream; small files do without.

    ```python
    features = sbnn_keras.applications.LogMel(sample_rate=8000)
    model = sbnn_keras.applications.SoundNet(features(recordings).shape[1:])
    ```

    Args:
        input_shape: (frames, bands); at least 8 frames. Inputs want values around 0, best
            multiples of 1/128 in [-1, 1), as `LogMel` gives them.
        classes: number of outputs.
        width: factor of all numbers of channels, which are 64, 128 and 256; the first is
            rounded, the others are twice the one before.
        connections, domain, first_domain, bits, stream_bits, latent_bound: how layers
            are quantized, see `sbnn_keras.applications.scheme.Scheme`.
        include_top: whether the dense layer and the softmax stand at the end.
        weights: name of trained weights in the package, see
            `sbnn_keras.applications.card`; None for a network to train.
        name: of the model.

    Returns:
        A model, untrained without `weights`. Its outputs are probabilities [batch,
        classes], or without top the activations' inputs [batch, 1, frames / 8, channels].

    Raises:
        ValueError: for arguments out of range.
    """
    check_common(classes, width, include_top, name)
    wanted = "(frames, bands) with at least 8 frames"
    check_input_shape(input_shape, wanted, lambda sizes: len(sizes) == 2 and sizes[0] >= 8)
    keras = chosen_keras()
    scheme = Scheme(domain, first_domain, connections, bits, stream_bits, latent_bound)
    # As images of one row, whose streams are planes when converted.
    inputs = keras.Input(input_shape)
    features = x = keras.layers.Reshape((1, *input_shape))(inputs)
    stream = None  # sums of features themselves do not begin one
    for count in stages(_FILTERS, width):
        sums = scheme.conv(count, (1, 3), first=x is features)(x)
        x = scheme.normalized(sums) if stream is None else scheme.joined(stream, sums)
        sums = keras.layers.MaxPooling2D((1, 2))(scheme.conv(count, (1, 3))(x))
        x = stream = scheme.joined(stream, sums)
    if include_top:
        x = scheme.dense(classes)(keras.layers.Flatten()(x))
        x = keras.layers.Softmax()(scheme.normalized(x))
    return keras.Model(inputs, x, name=name)
