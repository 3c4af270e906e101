"""The graph rewrites, in the order in which they run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from sbnn_converter.graph import Graph, Node
from sbnn_converter.passes.dequantize_for_others import DequantizeForOthers
from sbnn_converter.passes.drop_second_sign import DropSecondSign
from sbnn_converter.passes.fuse_sums import FuseSums
from sbnn_converter.passes.merge_pointwise import MergePointwise
from sbnn_converter.passes.pool_planes import PoolPlanes
from sbnn_converter.passes.quantize_floats import QuantizeFloats
from sbnn_converter.passes.sign_before_flatten import SignBeforeFlatten
from sbnn_converter.passes.sign_before_pool import SignBeforePool


class Pass(Protocol):
    """One rewrite. ``transform`` is called on nodes that ``match`` accepts."""

    def match(self, graph: Graph, node: Node) -> bool: ...

    def transform(self, graph: Graph, node: Node) -> None: ...


PASSES: tuple[Pass, ...] = (
    # Bring every sign right behind the sums that it belongs to.
    MergePointwise(),
    DropSecondSign(),
    SignBeforeFlatten(),
    SignBeforePool(),
    MergePointwise(),  # what stood on both sides of a pooling
    # Turn the binary parts into ops, upstream first.
    FuseSums(),
    QuantizeFloats(),
    PoolPlanes(),
    DequantizeForOthers(),
)


def run_passes(graph: Graph, progress: Callable[[str], None] | None = None) -> None:
    """Rewrites ``graph`` until no pass finds anything more to do.

    Args:
      graph: the network, changed in place.
      progress: called with a few words before each rewrite.
    """
    for rewrite in PASSES:
        while True:
            node = next((n for n in graph.nodes() if rewrite.match(graph, n)), None)
            if node is None:
                break
            if progress is not None:
                progress(f"fusing layers and coding weights: {node.name}")
            rewrite.transform(graph, node)
