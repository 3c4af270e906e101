"""The graph itself: which nodes there are and who reads whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Sequence

from sbnn_converter.graph.nodes import Input, Node


class Graph:
    """A network: its inputs and, through its outputs, all of its nodes.

    The graph knows the readers of every node. A node that nobody reads any more
    leaves it.
    """

    def __init__(self, inputs: Sequence[Input], outputs: Sequence[Node]):
        self.inputs = list(inputs)
        self.outputs = list(outputs)
        self._readers: dict[Node, dict[Node, int]] = {}
        self._uses_as_output = Counter(self.outputs)
        for output in self.outputs:
            self._enter(output)

    def nodes(self) -> list[Node]:
        """All nodes that an output needs, each behind the nodes it reads."""
        ordered: dict[Node, None] = {}
        for output in self.outputs:
            for node in _upstream_first(output, ordered):
                ordered[node] = None
        return list(ordered)

    def __contains__(self, node: Node) -> bool:
        return node in self._readers

    def readers(self, node: Node) -> list[Node]:
        """The nodes that read ``node``; one that reads it twice stands once."""
        return list(self._readers[node])

    def only_reader(self, node: Node) -> Node | None:
        """The one node that reads ``node``, if nothing else does."""
        readers = self._readers[node]
        if len(readers) != 1 or self._uses_as_output[node]:
            return None
        return next(iter(readers))

    def set_inputs(self, node: Node, inputs: Sequence[Node]) -> None:
        """Lets ``node`` read ``inputs`` in the place of what it read."""
        before, node.inputs = node.inputs, list(inputs)
        for read in node.inputs:
            self._enter(read)
            self._count(read, node, +1)
        for read in before:
            self._count(read, node, -1)
            self._drop_if_unread(read)

    def replace(self, old: Node, new: Node) -> list[Node]:
        """Lets everything that reads ``old`` read ``new``, ``new`` excepted.

        Returns:
          The nodes that have come into the graph with ``new``, upstream first.
        """
        entered = self._enter(new)
        for reader in self.readers(old):
            if reader is not new:
                self.set_inputs(reader, [new if n is old else n for n in reader.inputs])
        self.outputs = [new if n is old else n for n in self.outputs]
        self._uses_as_output[new] += self._uses_as_output.pop(old, 0)
        self._drop_if_unread(old)
        return entered

    def insert_behind(
        self, node: Node, new: Node, readers: Sequence[Node], outputs: bool = False
    ) -> None:
        """Lets ``readers`` read ``new`` in the place of ``node``.

        Args:
          outputs: whether the network's outputs change over, too.
        """
        self._enter(new)
        for reader in readers:
            self.set_inputs(reader, [new if n is node else n for n in reader.inputs])
        if outputs:
            self.outputs = [new if n is node else n for n in self.outputs]
            self._uses_as_output[new] += self._uses_as_output.pop(node, 0)
        self._drop_if_unread(node)

    def _enter(self, node: Node) -> list[Node]:
        entered = _upstream_first(node, self._readers)
        for one in entered:
            self._readers[one] = {}
            for read in one.inputs:
                self._count(read, one, +1)
        return entered

    def _count(self, node: Node, reader: Node, change: int) -> None:
        readers = self._readers[node]
        readers[reader] = readers.get(reader, 0) + change
        if readers[reader] == 0:
            del readers[reader]

    def _drop_if_unread(self, node: Node) -> None:
        unread = [node]
        while unread:
            node = unread.pop()
            if self._readers.get(node, True) or self._uses_as_output[node]:
                continue
            del self._readers[node]
            for read in node.inputs:
                self._count(read, node, -1)
                unread.append(read)


def _upstream_first(start: Node, known: Container[Node]) -> list[Node]:
    """``start`` and all that it needs, except what is ``known`` already."""
    if start in known:
        return []
    ordered: dict[Node, None] = {}
    # An explicit stack: a deep network must not exhaust Python's.
    stack: list[tuple[Node, Iterator[Node]]] = [(start, iter(start.inputs))]
    while stack:
        node, pending = stack[-1]
        child = next((n for n in pending if n not in ordered and n not in known), None)
        if child is None:
            ordered[node] = None
            stack.pop()
        else:
            stack.append((child, iter(child.inputs)))
    return list(ordered)
