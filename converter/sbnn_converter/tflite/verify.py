"""Whether a file is a whole TFLite flatbuffer that a runtime can be given.

Runtimes trust a file: a wrong offset, index, shape or scale ends the process. What has
passed here is refused by them with words, or runs.
"""

from __future__ import annotations

import hashlib
from collections import deque

from sbnn_converter.tflite import schema
from sbnn_converter.tflite.damage import reading_flatbuffer
from sbnn_converter.tflite.flatbuffer import read_graph
from sbnn_converter.tflite.op_factors import check_factors
from sbnn_converter.tflite.op_shapes import check_shapes
from sbnn_converter.tflite.op_types import check_types
from sbnn_converter.tflite.stored_tensors import check_tensors
from sbnn_converter.tflite.structure import check_structure
from sbnn_converter.tflite.wiring import check_wiring

# Digests of files that have passed. A conversion ends with one, and each runtime, export
# and report that is given the file begins with another.
_passed: deque[bytes] = deque(maxlen=16)


def verify(content: bytes) -> None:
    """Looks at all of ``content``, unless the same has passed a short while ago.

    Raises:
      DamagedFile: something is wrong; the message names it.
    """
    digest = hashlib.sha256(content).digest()
    if digest not in _passed:
        _check(content)
        _passed.append(digest)


def _check(content: bytes) -> None:
    """The checks, in an order in which each may trust those before."""
    check_structure(content)
    check_wiring(content)
    check_tensors(content)
    with reading_flatbuffer():
        root = schema.Model.GetRootAsModel(content, 0)
        for graph in map(root.Subgraphs, range(root.SubgraphsLength())):
            steps = read_graph(root, graph)[1]
            check_shapes(root, graph, steps)
            check_types(steps)
            check_factors(steps)
