"""Lets a network settle: binary kernels stand still for the last epochs.

A latent weight near its threshold is pushed up while it is no connection and down
while it is one, so it keeps crossing, at any learning rate. In a layer with few
connections a single one moves a channel's sums by a good part of their spread; the
moving averages of batch normalization are then those of a network that changes under
them, and inference is worse than training was (oscillation of quantized weights:
Nagel et al., arXiv 2203.11086, who freeze weights too).
"""

from collections.abc import Callable

import larq as lq

from sbnn_keras.core.resting import Rest
from sbnn_keras.keras2.callback import ModelCallback, warn_without_layers

__all__ = ["FreezeConnections"]


class FreezeConnections(Rest, ModelCallback):
    """Freezes the kernels of all binary layers for the last epochs of training.

    ```python
    model.fit(x, y, epochs=20, callbacks=[schedule, sbnn_keras.FreezeConnections(4)])
    ```

    Batch normalization and layers that are not binary go on learning. Its moving averages
    are over all of these epochs, where they are not longer anyway. Layers of Larq
    with a kernel quantizer are frozen too. A schedule of connections should be over
    by then. Between two steps the layers are trainable, so that what is saved there, or
    stopped with Ctrl-C, is the same model, and goes on where it was.

    Args:
        epochs: how many epochs at the end.

    Raises:
        ValueError: for a negative number of epochs.
    """

    def _hold(self) -> Callable[[bool], None] | None:
        layers = self.model._flatten_layers(include_self=False)
        binary = [layer for layer in layers if isinstance(layer, lq.layers_base.BaseLayer)]
        if not binary:
            warn_without_layers(self, self.model, "binary layer")
            return None
        frozen = [layer for layer in binary if layer.trainable]

        def hold(value: bool) -> None:
            for layer in frozen:
                layer.trainable = not value

        return hold
