"""Whether a traced function changes variables."""

from __future__ import annotations


def assigns(function) -> bool:
    """Whether running ``function``, a concrete one, assigns any variable."""
    graph = function.graph.as_graph_def()
    nodes = [*graph.node, *(n for f in graph.library.function for n in f.node_def)]
    return any(n.op.startswith(("Assign", "ResourceScatter")) for n in nodes)
