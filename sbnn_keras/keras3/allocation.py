"""Which layer gets how many of a network's connections."""

from sbnn_keras.core.allocation import shares_of_layers
from sbnn_keras.core.arguments import check_number
from sbnn_keras.core.connections import check_share
from sbnn_keras.keras3.kernels import sparse_binary_kernels

__all__ = ["allocate_connections"]


def allocate_connections(model, connections, exponent=0.5, at_most=0.5) -> dict[str, float]:
    """Shares of ones for each layer, so that the whole network has `connections`.

    Layers with few weights, such as first convolutions and classifiers, lose most by
    sparsity and save least. So a layer of n weights gets a share proportional to
    n ** -exponent, and all layers together exactly what was asked for. (Between one
    share for all and one fan-in for all, as the rule of arXiv 1911.11134, section 3.)

    ```python
    shares = sbnn_keras.allocate_connections(model, 0.05)
    model.fit(x, y, callbacks=[sbnn_keras.ConnectionsSchedule(0.05, overrides=shares)])
    ```

    Args:
        model: a built Keras model with sparse binary layers.
        connections: share of ones in all sparse binary kernels together.
        exponent: 0 for the same share everywhere, 1 for as many ones in each layer.
        at_most: bound of a layer's share, unless `connections` is above it.

    Returns:
        Layer name -> share in (0, 1], in the order of the layers.

    Raises:
        ValueError: the model has no built sparse binary layer, or an argument is out
            of range.
    """
    connections = check_share(connections)
    at_most = max(check_share(at_most, "at_most"), connections)
    wanted = "0 (the same share in all layers) to 1 (as many ones in each)"
    check_number(exponent, "exponent", wanted, lambda number: 0.0 <= number <= 1.0)
    weights = {}
    for kernel in sparse_binary_kernels(model):
        name = kernel.layer.name
        weights[name] = weights.get(name, 0) + kernel.latent.size
    if not weights:
        raise ValueError(
            f"Model {model.name!r} has no sparse binary layer with weights: found "
            f"layers {[layer.name for layer in model.layers]}, wanted a built model "
            "with layers such as sbnn_keras.SparseBinaryDense."
        )
    return shares_of_layers(weights, connections, exponent, at_most)
