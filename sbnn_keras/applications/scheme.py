"""How the layers of a network are quantized: the same for all networks of this folder."""

import dataclasses

from sbnn_keras.core.arguments import check_number
from sbnn_keras.core.connections import check_share
from sbnn_keras.core.domains import get_domain
from sbnn_keras.core.levels import check_bits
from sbnn_keras.core.streams import check_stream_bits
from sbnn_keras.front import chosen_front, chosen_keras

# Of all statistics: kernels with few connections change quickly.
_MOMENTUM = 0.9


@dataclasses.dataclass(frozen=True)
class Scheme:
    """Makes the layers of a network: binary kernels, k-bit activations, streams.

    Attributes:
        domain: of all kernels but the first; see `sbnn_keras.core.domains`.
        first_domain: of the kernel that sees the network's inputs; `None`: `domain`.
        connections: share of connections of each kernel; `None` leaves it to training,
            for example to a `ConnectionsSchedule`.
        bits: of the activations between layers, 1 to 4.
        stream_bits: of residual streams; `None` for networks without.
        latent_bound: latent weights stay within ±latent_bound, above 0.

    Raises:
        ValueError: for settings out of range.
    """

    domain: str = "signed"
    first_domain: str | None = None
    connections: float | None = None
    bits: int = 2
    stream_bits: int | None = 6
    latent_bound: float = 3.0

    def __post_init__(self):
        # By the names that users know; layers and quantizers have others for some.
        get_domain(self.domain)
        if self.first_domain is not None:
            get_domain(self.first_domain)
        if self.connections is not None:
            check_share(self.connections)
        check_bits(self.bits)
        if self.stream_bits is not None:
            check_stream_bits(self.stream_bits, "stream_bits")
        check_number(self.latent_bound, "latent_bound", "a number above 0", lambda n: n > 0)

    def conv(self, filters: int, kernel_size=3, *, first: bool = False, **arguments):
        """A 3x3 convolution that keeps the size of images, without bias."""
        arguments = {"padding": "same", **arguments}
        return chosen_front().SparseBinaryConv2D(
            filters, kernel_size, **arguments, **self._common(first)
        )

    def dense(self, units: int, *, first: bool = False):
        """A dense layer without bias."""
        return chosen_front().SparseBinaryDense(units, **self._common(first))

    def _common(self, first: bool) -> dict:
        domain = (self.first_domain if first else None) or self.domain
        front = chosen_front()
        return dict(
            domain=domain,
            kernel_quantizer=front.quantizers.SparseBinary(
                self.connections, domain=domain, clip_value=self.latent_bound
            ),
            kernel_constraint=front.constraints.WeightClip(self.latent_bound),
            input_quantizer=None if first else front.quantizers.QuantHardTanh(self.bits),
            use_bias=False,
        )

    def normalized(self, sums):
        """What a layer gives to the next one where there is no stream."""
        return chosen_keras().layers.BatchNormalization(momentum=_MOMENTUM)(sums)

    def joined(self, stream, sums):
        """The stream with a layer's sums added to it; `None` begins one.

        A larger stream is pooled by averages, and one of fewer channels repeated.

        Args:
            stream: [batch, ..., channels], or None.
            sums: likewise; each size a divisor and the channels a multiple of the stream's.
        """
        if self.stream_bits is None:
            return self.normalized(sums)
        inputs = sums
        if stream is not None:
            inputs = [_like(stream, sums), sums]
        return chosen_front().ResidualStream(self.stream_bits, momentum=_MOMENTUM)(inputs)


def _like(stream, sums):
    """The stream in the size and with the channels of a layer's sums."""
    *places, channels = sums.shape[1:]
    pool = tuple(a // b for a, b in zip(stream.shape[1:-1], places))
    if any(size != 1 for size in pool):
        stream = chosen_keras().layers.AveragePooling2D(pool)(stream)
    times = channels // stream.shape[-1]
    return chosen_keras().layers.Concatenate()([stream] * times) if times > 1 else stream
