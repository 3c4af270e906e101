"""What a converted model holds: its SBNN layers and what they cost."""

from __future__ import annotations

import dataclasses
import math

from rich.console import Console
from rich.table import Table

from sbnn_converter.tflite.flatbuffer import StoredOp, read_sbnn_ops
from sbnn_converter.weight_code import code_name, entropy_bits


@dataclasses.dataclass(frozen=True)
class LayerCost:
    """A layer with coded weights.

    Attributes:
      op: its custom code.
      weights, connections: ones and zeros, and ones alone.
      code: name of the weight code.
      code_bytes: size of the weight code.
      entropy_bytes: the least that the code could take, n * H(p) / 8.
    """

    op: str
    weights: int
    connections: int
    code: str
    code_bytes: int
    entropy_bytes: float

    @property
    def bits_a_weight(self) -> float:
        return 8 * self.code_bytes / self.weights

    @property
    def entropy_bits_a_weight(self) -> float:
        return 8 * self.entropy_bytes / self.weights


def layer_costs(model: bytes) -> list[LayerCost]:
    """Costs of all layers of a .tflite file that hold coded weights."""
    return [
        LayerCost(
            op=op.name,
            weights=_weights(op),
            connections=op.options["connections"],
            code=code_name(op.options["code"]),
            code_bytes=op.code_bytes,
            entropy_bytes=entropy_bits(_weights(op), op.options["connections"]) / 8,
        )
        for op in read_sbnn_ops(model)
        if "connections" in op.options
    ]


def _weights(op: StoredOp) -> int:
    o = op.options
    if op.name == "SbnnDense":
        return o["units"] * o["planes"] * o["positions"]
    taps = o["kernel_height"] * o["kernel_width"]
    return o["out_channels"] * (o["in_channels"] // o["groups"]) * taps


def total(costs: list[LayerCost]) -> LayerCost:
    """All layers as one; its entropy is the sum of theirs."""
    return LayerCost(
        op="total",
        weights=sum(c.weights for c in costs),
        connections=sum(c.connections for c in costs),
        code="",
        code_bytes=sum(c.code_bytes for c in costs),
        entropy_bytes=math.fsum(c.entropy_bytes for c in costs),
    )


def print_summary(model: bytes) -> None:
    """Prints a table of the model's coded layers."""
    table = Table(title="binary layers", title_justify="left")
    table.add_column("op")
    columns = ("weights", "connections", "density", "code", "bytes")
    for column in (*columns, "bits/weight", "entropy bound"):
        table.add_column(column, justify="right")
    costs = layer_costs(model)
    for cost in [*costs, total(costs)] if costs else []:
        table.add_row(
            cost.op,
            f"{cost.weights:,}",
            f"{cost.connections:,}",
            f"{cost.connections / cost.weights:.2%}",
            cost.code,
            f"{cost.code_bytes:,}",
            f"{cost.bits_a_weight:.3f}",
            f"{cost.entropy_bits_a_weight:.3f}",
        )
    console = Console()
    if not console.is_terminal:
        console = Console(width=100)  # into a file or a pipe: do not fold
    console.print(table)
