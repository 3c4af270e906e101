"""BinaryNet: the plain network of the first binary networks, with residual streams."""

from typing import TYPE_CHECKING

from sbnn_keras.applications.ready_made import takes_weights
from sbnn_keras.applications.scheme import Scheme
from sbnn_keras.applications.shapes import check_common, check_input_shape, stages
from sbnn_keras.front import chosen_keras

if TYPE_CHECKING:  # of the Keras that is meant
    import keras

_FILTERS = (128, 256, 512)


@takes_weights
def BinaryNet(  # a network's name, as in keras.applications
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    width: float = 0.25,
    connections: float | None = None,
    domain: str = "signed",
    first_domain: str | None = None,
    bits: int = 2,
    stream_bits: int | None = 6,
    latent_bound: float = 10.0,
    include_top: bool = True,
    weights: str | None = None,
    name: str = "binarynet",
) -> "keras.Model":
    """Three times two convolutions and a pooling, and a dense layer.

    The network of arXiv 1602.02830, section 2.1, with one dense layer instead of three,
    for images of about 32 x 32. From behind the first pooling on, layers add to a
    residual stream.

    ```python
    model = sbnn_keras.applications.BinaryNet(width=0.25)
    shares = sbnn_keras.allocate_connections(model, 0.05, exponent=1.0)
    ```

    Args:
        input_shape: (height, width, channels); height and width at least 8. Inputs want
            values around 0, best multiples of 1/128 in [-1, 1).
        classes: number of outputs.
        width: factor of all numbers of channels, which are 128, 256 and 512; the first is
            rounded, the others are twice the one before.
        connections, domain, first_domain, bits, stream_bits, latent_bound: how layers
            are quantized, see `sbnn_keras.applications.scheme.Scheme`.
        include_top: whether the dense layer and the softmax stand at the end.
        weights: name of trained weights in the package, see
            `sbnn_keras.applications.card`; None for a network to train.
        name: of the model.

    Returns:
        A model, untrained without `weights`. Its outputs are probabilities [batch,
        classes], or without top the activations' inputs [batch, height / 8, width / 8, channels].

    Raises:
        ValueError: for arguments out of range.
    """
    check_common(classes, width, include_top, name)
    wanted = "(height, width, channels) with at least 8 x 8 positions"
    check_input_shape(input_shape, wanted, lambda sizes: len(sizes) == 3 and min(sizes[:2]) >= 8)
    keras = chosen_keras()
    scheme = Scheme(domain, first_domain, connections, bits, stream_bits, latent_bound)
    inputs = x = keras.Input(input_shape)
    stream = None  # images are largest in front of the first pooling: none there
    for count in stages(_FILTERS, width):
        sums = scheme.conv(count, first=x is inputs)(x)
        x = scheme.normalized(sums) if stream is None else scheme.joined(stream, sums)
        sums = keras.layers.MaxPooling2D(2)(scheme.conv(count)(x))
        x = stream = scheme.joined(stream, sums)
    if include_top:
        x = scheme.dense(classes)(keras.layers.Flatten()(x))
        x = keras.layers.Softmax()(scheme.normalized(x))
    return keras.Model(inputs, x, name=name)
