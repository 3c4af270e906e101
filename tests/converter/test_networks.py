"""Networks of Larq Zoo and of the literature convert and agree with Keras.

Binary networks are chains of signs: should one bit differ at the front, then
everything behind it would. Agreement to 1e-5 says that none does."""

import pytest

from networks import pixels, stir
from parity import assert_agrees, ops_of
from zoo import FAMILIES, NETWORKS, SHAPE

BINARY_LAYERS = {
    "binary_net": 6,
    "bi_real_net": 3,
    "quick_net": 4,
    "react_net": 4,
    "dense_net": 3,
}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("network", NETWORKS)
def test_networks_agree_with_keras(rng, network, family):
    model = stir(NETWORKS[network](family))
    converted = assert_agrees(model, pixels(rng, 30, SHAPE), rtol=1e-5)
    sums = [op for op in ops_of(converted) if op in ("SbnnConv2D", "SbnnDense")]
    assert len(sums) == BINARY_LAYERS[network]
