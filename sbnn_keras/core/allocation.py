"""Splits a network's connections between its layers."""


def shares_of_layers(
    weights: dict[str, int], connections: float, exponent: float, at_most: float
) -> dict[str, float]:
    """Shares proportional to weights ** -exponent, which together make `connections`.

    Args:
        weights: layer name -> number of its weights.
        connections: share of ones among all weights together, in (0, 1].
        exponent: 0 for the same share everywhere, 1 for as many ones in each layer.
        at_most: bound of a layer's share, not below `connections`.

    Returns:
        Layer name -> share in (0, 1], in the order of `weights`.
    """
    shares = {}
    left = connections * sum(weights.values())
    # The smallest layers first: what the bound takes from them, the others get.
    order = sorted(weights, key=weights.get)
    for place, name in enumerate(order):
        parts = [weights[other] ** (1.0 - exponent) for other in order[place:]]
        share = left * parts[0] / sum(parts) / weights[name]
        shares[name] = min(at_most, share)
        left -= shares[name] * weights[name]
    return {name: shares[name] for name in weights}
