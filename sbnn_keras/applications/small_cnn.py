"""SmallCNN: two convolutions and two dense layers, for images such as MNIST's."""

from typing import TYPE_CHECKING

from sbnn_keras.applications.ready_made import takes_weights
from sbnn_keras.applications.scheme import Scheme
from sbnn_keras.applications.shapes import channels, check_common, check_input_shape
from sbnn_keras.front import chosen_keras

if TYPE_CHECKING:  # of the Keras that is meant
    import keras


@takes_weights
def SmallCNN(  # a network's name, as in keras.applications
    input_shape: tuple[int, int, int] = (28, 28, 1),
    classes: int = 10,
    width: float = 1.0,
    connections: float | None = None,
    domain: str = "signed",
    first_domain: str | None = None,
    bits: int = 2,
    stream_bits: int | None = None,
    latent_bound: float = 3.0,
    include_top: bool = True,
    weights: str | None = None,
    name: str = "small_cnn",
) -> "keras.Model":
    """conv 16, pool, conv 32, pool, dense 128, and a dense layer; kernels 3x3.

    ```python
    model = sbnn_keras.applications.SmallCNN()
    shares = sbnn_keras.allocate_connections(model, 0.05)
    ```

    Args:
        input_shape: (height, width, channels); height and width at least 4. Inputs want
            values around 0, best multiples of 1/128 in [-1, 1).
        classes: number of outputs.
        width: factor of all numbers of channels.
        connections, domain, first_domain, bits, stream_bits, latent_bound: how layers
            are quantized, see `sbnn_keras.applications.scheme.Scheme`. Of a stream there
            would be the second convolution alone, so there is none by default.
        include_top: whether both dense layers and the softmax stand at the end.
        weights: name of trained weights in the package, see
            `sbnn_keras.applications.card`; None for a network to train.
        name: of the model.

    Returns:
        A model, untrained without `weights`. Its outputs are probabilities [batch,
        classes], or without top the activations' inputs [batch, height / 4, width / 4, channels].

    Raises:
        ValueError: for arguments out of range.
    """
    check_common(classes, width, include_top, name)
    wanted = "(height, width, channels) with at least 4 x 4 positions"
    check_input_shape(input_shape, wanted, lambda sizes: len(sizes) == 3 and min(sizes[:2]) >= 4)
    keras = chosen_keras()
    scheme = Scheme(domain, first_domain, connections, bits, stream_bits, latent_bound)
    pool = keras.layers.MaxPooling2D
    inputs = keras.Input(input_shape)
    x = scheme.normalized(pool(2)(scheme.conv(channels(16, width), first=True)(inputs)))
    x = scheme.joined(None, pool(2)(scheme.conv(channels(32, width))(x)))
    if include_top:
        x = scheme.dense(channels(128, width))(keras.layers.Flatten()(x))
        x = scheme.dense(classes)(scheme.normalized(x))
        x = keras.layers.Softmax()(scheme.normalized(x))
    return keras.Model(inputs, x, name=name)
