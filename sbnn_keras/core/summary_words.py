"""What `summary` says of both Keras in words: how density is controlled, and what to mind."""

import textwrap
from collections.abc import Sequence
from typing import Protocol

from sbnn_keras.core.connections import count_of_ones

UNCONTROLLED = "not controlled"


class Row(Protocol):
    """What is said of a kernel: connections `ones` of `weights`, and the constraint's target."""

    name: str
    weights: int
    ones: int
    control: str
    target: float | None


def held_words(target: float | None, ones: int, weights: int) -> str:
    """How a share is held that may be on its way to a target."""
    if target is None or ones == count_of_ones(target, weights):
        return f"held at {ones / weights if target is None else target:.4g}"
    return f"held at {ones / weights:.4g}, target {target:.4g}"


def closing_lines(rows: Sequence[Row]) -> list[str]:
    """What stands below the table: constraints, and layers that nothing controls."""
    targets = dict.fromkeys(row.target for row in rows if row.target)
    lines = [_constraint(t, [row for row in rows if row.target == t]) for t in targets if t]
    loose = [row.name for row in rows if row.control == UNCONTROLLED]
    if loose:
        lines.append(
            f"Not controlled: {', '.join(loose)}. Nothing holds the density of these "
            "layers (about half ones); give `connections`, a ConnectionsSchedule or "
            "ExpectedConnections."
        )
    return lines


def left_out_words(columns: Sequence[str], width: int) -> str:
    """Which columns a terminal of this width goes without, in lines that fit it."""
    return textwrap.fill(f"Left out on {width} columns: {', '.join(columns)}.", width)


def _constraint(target: float, rows: Sequence[Row]) -> str:
    share = sum(row.ones for row in rows) / sum(row.weights for row in rows)
    return (
        f"Expected connections: {share:.2%} over {', '.join(row.name for row in rows)} "
        f"together, target {target:.2%}: {'met' if share <= target else 'NOT met'}."
    )
