"""ResNet8: eight layers around a residual stream, narrow where images are large."""

from typing import TYPE_CHECKING

from sbnn_keras.applications.ready_made import takes_weights
from sbnn_keras.applications.scheme import Scheme
from sbnn_keras.applications.shapes import channels, check_common, check_input_shape, stages
from sbnn_keras.front import chosen_keras

if TYPE_CHECKING:  # of the Keras that is meant
    import keras

_FILTERS = (64, 128, 256)


@takes_weights
def ResNet8(  # a network's name, as in keras.applications
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    width: float = 1.0,
    connections: float | None = None,
    domain: str = "signed",
    first_domain: str | None = None,
    bits: int = 2,
    stream_bits: int | None = 6,
    latent_bound: float = 10.0,
    include_top: bool = True,
    weights: str | None = None,
    name: str = "resnet8",
) -> "keras.Model":
    """A convolution, three stages of two, and a dense layer; each layer has a shortcut.

    Of as many layers as MLPerf Tiny's ResNet-8, with shortcuts around single layers as in
    Bi-Real networks (arXiv 1808.00278) and stages of double width. The first layer, alone
    on whole images, has a quarter of the first stage's channels; each stage halves images
    behind its first convolution.

    ```python
    model = sbnn_keras.applications.ResNet8(width=0.5)
    shares = sbnn_keras.allocate_connections(model, 0.05, exponent=1.0)
    ```

    Args:
        input_shape: (height, width, channels); height and width at least 8. Inputs want
            values around 0, best multiples of 1/128 in [-1, 1).
        classes: number of outputs.
        width: factor of all numbers of channels, which are 16, 64, 128 and 256; the first two
            are rounded, the others are twice the one before.
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
    inputs = keras.Input(input_shape)
    stem = channels(_FILTERS[0] // 4, width)
    x = scheme.normalized(scheme.conv(stem, first=True)(inputs))
    stream = None  # sums of pixels do not begin one
    for count in stages(_FILTERS, width):
        sums = keras.layers.MaxPooling2D(2)(scheme.conv(count)(x))
        stream = scheme.joined(stream, sums)
        x = stream = scheme.joined(stream, scheme.conv(count)(stream))
    if include_top:
        x = scheme.dense(classes)(keras.layers.Flatten()(x))
        x = keras.layers.Softmax()(scheme.normalized(x))
    return keras.Model(inputs, x, name=name)
