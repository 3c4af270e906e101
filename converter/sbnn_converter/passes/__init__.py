"""The graph rewrites, in the order in which they run."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol, TypeVar

from sbnn_converter.errors import converting
from sbnn_converter.graph import Graph, Node
from sbnn_converter.passes.affine_down import AffineDown
from sbnn_converter.passes.affine_into_sums import AffineIntoSums
from sbnn_converter.passes.concat_planes import ConcatPlanes
from sbnn_converter.passes.dequantize_for_others import DequantizeForOthers
from sbnn_converter.passes.drop_second_sign import DropSecondSign
from sbnn_converter.passes.fuse_streams import FuseStreams
from sbnn_converter.passes.fuse_sums import FuseSums
from sbnn_converter.passes.levels_as_signs import LevelsAsSigns
from sbnn_converter.passes.merge_equal import MergeEqual
from sbnn_converter.passes.merge_pointwise import MergePointwise
from sbnn_converter.passes.pad_in_convolution import PadInConvolution
from sbnn_converter.passes.pointwise_before_reshape import PointwiseBeforeReshape
from sbnn_converter.passes.pool_planes import PoolPlanes
from sbnn_converter.passes.quantize_floats import QuantizeFloats
from sbnn_converter.passes.sign_again import SignAgain
from sbnn_converter.passes.sign_before_concat import SignBeforeConcat
from sbnn_converter.passes.sign_before_pool import SignBeforePool
from sbnn_converter.passes.sign_before_reshape import SignBeforeReshape
from sbnn_converter.passes.sign_through_signs import SignThroughSigns

_Match = TypeVar("_Match")


class Pass(Protocol[_Match]):
    """One rewrite. ``transform`` is called with what ``match`` has found."""

    def match(self, graph: Graph, node: Node) -> _Match | None:
        """What there is to rewrite at ``node``; None if it is to stay."""

    def transform(self, graph: Graph, found: _Match) -> list[Node] | None:
        """Rewrites what ``match`` has found.

        Returns:
          New nodes that the same pass has to look at, too.
        """


PASSES: tuple[Pass, ...] = (
    # Bring every sign right behind the sums that it belongs to.
    MergeEqual(),
    PointwiseBeforeReshape(),
    MergePointwise(),
    AffineDown(),
    DropSecondSign(),
    SignBeforeReshape(),
    SignBeforePool(),
    SignBeforeConcat(),
    # What stood behind a pooling or a concatenation may meet a reshape now.
    PointwiseBeforeReshape(),
    SignBeforeReshape(),
    MergePointwise(),
    SignThroughSigns(),
    LevelsAsSigns(),
    MergeEqual(),
    # Let the sums take in what stands in front of them.
    AffineIntoSums(),
    PadInConvolution(),
    MergePointwise(),
    SignAgain(),
    # Turn the binary parts into ops, upstream first.
    FuseStreams(),
    FuseSums(),
    QuantizeFloats(),
    PoolPlanes(),
    ConcatPlanes(),
    DequantizeForOthers(),
)


def run_passes(graph: Graph, progress: Callable[[str], None] | None = None) -> None:
    """Runs every pass once over ``graph``, in one sweep from inputs to outputs.

    Args:
      graph: the network, changed in place.
      progress: called with a few words before each rewrite.

    Raises:
      ConversionError: a layer cannot be converted; the message names it.
    """
    for rewrite in PASSES:
        pending = deque(graph.nodes())
        while pending:
            node = pending.popleft()
            with converting(node.name):
                found = rewrite.match(graph, node) if node in graph else None
            if found is None:
                continue
            if progress is not None:
                progress(f"fusing layers and coding weights: {node.name}")
            with converting(node.name):
                pending.extend(rewrite.transform(graph, found) or ())
