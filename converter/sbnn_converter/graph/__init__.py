"""The converter's own graph: what a model computes, between Keras and TFLite.

A node is one step on one tensor; its inputs are the nodes that it reads. The
graph is known by its outputs: what no output needs does not exist. Shapes are
those of one sample, without the batch.

The importer builds a graph; the passes rewrite it until the binary parts are
``SbnnOp`` nodes; the emitter writes it as TFLite.
"""

from sbnn_converter.graph.network import Graph
from sbnn_converter.graph.nodes import (
    AveragePool,
    BinaryKernel,
    BinarySum,
    Concat,
    ConvGeometry,
    Input,
    KerasLayer,
    MaxPool,
    Node,
    OutputStage,
    Pad,
    Part,
    Permute,
    Pointwise,
    PointwiseStep,
    PoolGeometry,
    QuantizeOp,
    Reshape,
    SbnnOp,
    Sign,
    StreamSum,
    SumOp,
    affine_step,
    apply_steps,
    composed_affine,
    quantizes_numbers,
    sign_cuts,
)

__all__ = [
    "AveragePool",
    "BinaryKernel",
    "BinarySum",
    "Concat",
    "ConvGeometry",
    "Graph",
    "Input",
    "KerasLayer",
    "MaxPool",
    "Node",
    "OutputStage",
    "Pad",
    "Part",
    "Permute",
    "Pointwise",
    "PointwiseStep",
    "PoolGeometry",
    "QuantizeOp",
    "Reshape",
    "SbnnOp",
    "Sign",
    "StreamSum",
    "SumOp",
    "affine_step",
    "apply_steps",
    "composed_affine",
    "quantizes_numbers",
    "sign_cuts",
]
