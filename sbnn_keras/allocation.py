"""Which layer gets how many of a network's connections."""

from sbnn_keras.connections import check_share
from sbnn_keras.kernels import sparse_binary_kernels

__all__ = ["allocate_connections"]


def allocate_connections(
    model, connections, factor=4.0, few=0.05, at_most=0.5
) -> dict[str, float]:
    """Shares of ones for each layer, so that the whole network has `connections`.

    Layers with few weights, such as first convolutions and classifiers, lose most by
    sparsity and save least: they get `factor` times the connections, and all others
    what is left.

    ```python
    shares = sbnn_keras.allocate_connections(model, 0.05)
    model.fit(x, y, callbacks=[sbnn_keras.ConnectionsSchedule(0.05, overrides=shares)])
    ```

    # Arguments
        model: a built Keras model with sparse binary layers.
        connections: share of ones in all sparse binary kernels together.
        factor: a denser layer's share is this times `connections`; 1 for none.
        few: a layer with less than this share of all weights is a denser one.
        at_most: bound of a denser layer's share, unless `connections` is above it.

    # Returns
        Layer name -> share in (0, 1], in the order of the layers.

    # Raises
        ValueError: the model has no built sparse binary layer, an argument is out of
            range, or nothing is left for the layers with many weights.
    """
    connections = check_share(connections)
    if not factor >= 1.0:
        raise ValueError(f"Wrong `factor`: found {factor!r}, wanted 1 or more.")
    weights = {}
    for kernel in sparse_binary_kernels(model):
        name = kernel.layer.name
        weights[name] = weights.get(name, 0) + kernel.latent.shape.num_elements()
    if not weights:
        raise ValueError(
            f"Model {model.name!r} has no sparse binary layer with weights: found "
            f"layers {[layer.name for layer in model.layers]}, wanted a built model "
            "with layers such as sbnn_keras.SparseBinaryDense."
        )
    total = sum(weights.values())
    denser = {name for name, count in weights.items() if count < few * total}
    if not denser or len(denser) == len(weights):
        return dict.fromkeys(weights, connections)
    more = max(connections, min(at_most, factor * connections))
    in_denser = sum(weights[name] for name in denser)
    rest = (connections * total - more * in_denser) / (total - in_denser)
    if rest <= 0:
        raise ValueError(
            f"Nothing is left for {sorted(weights.keys() - denser)}: the denser layers "
            f"{sorted(denser)} at {more:.4g} take all of connections={connections:g}. "
            "Lower `factor`, or raise `connections`."
        )
    return {name: more if name in denser else rest for name in weights}
