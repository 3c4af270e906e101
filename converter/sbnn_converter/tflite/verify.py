"""Whether a file is a whole TFLite flatbuffer that a runtime can be given.

Runtimes trust a file: a wrong offset, index, shape or scale ends the process. What has
passed here is refused by them with words, or runs.
"""

from __future__ import annotations

from sbnn_converter.tflite import schema
from sbnn_converter.tflite.damage import reading_flatbuffer
from sbnn_converter.tflite.flatbuffer import read_graph
from sbnn_converter.tflite.op_factors import check_factors
from sbnn_converter.tflite.op_shapes import check_shapes
from sbnn_converter.tflite.stored_tensors import check_tensors
from sbnn_converter.tflite.structure import check_structure
from sbnn_converter.tflite.wiring import check_wiring


def verify(content: bytes) -> None:
    """Looks at all of ``content``, in an order in which each step may trust those before.

    Raises:
      DamagedFile: something is wrong; the message names it.
    """
    check_structure(content)
    check_wiring(content)
    check_tensors(content)
    with reading_flatbuffer():
        root = schema.Model.GetRootAsModel(content, 0)
        for graph in map(root.Subgraphs, range(root.SubgraphsLength())):
            steps = read_graph(root, graph)[1]
            check_shapes(root, graph, steps)
            check_factors(steps)
