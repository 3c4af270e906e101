"""The domain of a kernel: the values that its weights take.

A connection is an entry of the kernel that is not at rest. Which entries are
connections follows from their score; what a connection is worth, and what all other
entries are, is the domain's own. A new domain is one more class in here.

A weight of two values is w = alpha + (beta - alpha) * b with b in {0, 1} ("A binary
domain generalization for sparsifying binary neural networks", ECML PKDD 2023). We
split it into a scale and a ratio,

    w = (beta - alpha) * (b + ratio),    ratio = alpha / (beta - alpha),

and hold the ratio to multiples r / 64. Then b + r / 64 is a small exact number,
sums of it are exact in float32, and inference computes 64 * sum(b x) + r * sum(x)
in integers. The scale goes onto the output. Domain "01" is r = 0 and scale 1;
a ±1 network is r = -32 and scale 2.
"""

import math

from sbnn_keras.core.entropy import entropy_bits

RATIO_STEPS = 64


class Domain:
    """What a domain has its own answer to; the answers here are those of "01".

    Tensors may be of any framework: `ops` is its namespace, such as `tensorflow`.
    """

    name: str
    #: Whether sums of every second channel are negated, unless a layer says otherwise.
    polarity = False
    #: Whether the ratio and the scale of the outputs are learnt.
    learns_values = False
    #: Bits that hold any weight, without coding.
    precision = 1
    #: Whether entries can be at rest, and their share be held.
    is_sparse = True

    def score(self, latent):
        """What decides on connections: those of the largest score are connections."""
        return latent

    def with_signs(self, values, latent, ops):
        """`values` with the signs that connections of these latent weights have.

        Of the connections b in {0, 1} it makes the kernel (before any ratio); of a
        gradient in the score it makes the gradient in the latent weights.
        """
        return values

    def free_threshold(self, shape) -> float:
        """Score above which entries are connections while nothing holds their share."""
        return 0.0

    def free(self, latent):
        """Which entries are connections while nothing holds their share, bool."""
        return self.score(latent) > self.free_threshold(latent.shape)

    def bits(self, share: float) -> float:
        """Bits a weight at the entropy bound, with a share of connections."""
        return entropy_bits(share)


class ZeroOne(Domain):
    """Weights 0 and 1. They can only excite, so polarity makes up for it."""

    name = "01"
    polarity = True


class General(Domain):
    """Weights r / 64 and 1 + r / 64 with a learnt whole number r, and a learnt scale."""

    name = "general"
    learns_values = True


class Signed(Domain):
    """Weights -1, 0 and 1: a connection adds its input or subtracts it.

    Connections are the latent weights of the largest magnitude, each with the sign of
    its latent weight (0 counts as positive). Inhibition is in the weights, so polarity
    is not needed.
    """

    name = "signed"
    precision = 2

    def score(self, latent):
        return abs(latent)

    def with_signs(self, values, latent, ops):
        return ops.where(latent < 0, 0 - values, values)

    def free_threshold(self, shape) -> float:
        """Half the limit of `glorot_uniform`: half the weights to begin with.

        A function of the shape and not of the weights, so that the same weights are
        the same kernel wherever they come from, and a penalty can bring it to fewer.
        """
        return 0.5 * _glorot_limit([int(size) for size in shape])

    def bits(self, share: float) -> float:
        return entropy_bits(share) + share


class Signs(Domain):
    """Weights -1 and 1, of a plain binary network: there are no connections to choose."""

    name = "signs"
    is_sparse = False

    def free(self, latent):
        return latent >= 0

    def with_signs(self, values, latent, ops):
        return ops.where(latent < 0, values - 1, values)

    def bits(self, share: float) -> float:
        return 1.0


def _glorot_limit(shape: list[int]) -> float:
    """Bound of Keras's `glorot_uniform` for a kernel of this shape."""
    window = math.prod(shape[:-2])
    return math.sqrt(6.0 / (window * sum(([1, 1] + shape)[-2:])))


_DOMAINS = {domain.name: domain for domain in (ZeroOne(), General(), Signed())}


def get_domain(name: str, *more: Domain) -> Domain:
    """The domain of a name, or a ValueError that lists the known ones.

    Args:
        name: of the domain.
        more: domains that are known beside those that every layer knows.
    """
    known = {**_DOMAINS, **{domain.name: domain for domain in more}}
    if not isinstance(name, str) or name not in known:
        raise ValueError(f"Unknown domain: found {name!r}, wanted one of {list(known)}.")
    return known[name]
