"""Statistics of batch normalization over the epochs in which a network rests.

Networks that are trained want a moving average that follows them: over ten batches or so.
What inference takes in the end is as noisy as ten batches are. In front of a softmax, channels
are classes, and noise in their means favours some of them over others: in a network of ten classes
by half a point of accuracy and more, from one batch to the next.
"""

# Of what an average was before, exp(-4) = 2 % are left: it may be of another network.
_DECAYS = 4.0


def momentum_over(steps: int, momentum: float) -> float:
    """Momentum of a moving average over this many steps.

    Args:
        steps: training steps in which it moves, beginning with an average of earlier ones.
        momentum: of a layer, which stays where that is over as many or more.
    """
    return max(momentum, 1.0 - _DECAYS / max(steps, 1))


class LongAverages:
    """The moving averages of layers, which are over a rest as long as it lasts.

    Args:
        layers: those of a model; of which have a `moving_mean`, the `momentum` is changed.
        steps: training steps of the whole rest; None where they are not known.
    """

    def __init__(self, layers, steps: int | None):
        self._momenta = [
            (layer, layer.momentum)
            for layer in layers
            if hasattr(layer, "moving_mean") and isinstance(layer.momentum, float)
        ]
        self._steps = steps

    def use(self, value: bool) -> None:
        """Sets them, or what they were, as files are to have it."""
        for layer, momentum in self._momenta:
            longer = momentum if self._steps is None else momentum_over(self._steps, momentum)
            layer.momentum = longer if value else momentum
