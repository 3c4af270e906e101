"""Chooses the form of every layer of a flatbuffer and writes it down there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sbnn_converter.cost_model.estimate import DEFAULT_CORE, estimate_op
from sbnn_converter.cost_model.network import bookkeeping_bytes
from sbnn_converter.cost_model.stack import micro_stack_bytes
from sbnn_converter.forms.bands import bands_of, choose_bands
from sbnn_converter.forms.codes import (
    Form,
    forms_of,
    smallest_but_a_hundredth,
    smallest_within,
)
from sbnn_converter.graph import SbnnOp, SumOp
from sbnn_converter.memory.lifetimes import live_bytes
from sbnn_converter.op_schema import OPS
from sbnn_converter.tflite.flatbuffer import SbnnStep, StoredModel, StoredOp, read_stored_model

if TYPE_CHECKING:  # starting TensorFlow takes seconds: only who writes a file needs it
    from sbnn_converter.emitter.edited import EditedOp
    from sbnn_converter.emitter.editor import FlatbufferEditor

# What a user can ask for; without one of them, the smallest file within SLOWER times
# the instructions of the fastest.
GOALS = ("size", "speed")
SLOWER = 1.5
# The same for memory: a smaller peak may cost so many times the instructions.
_SLOWER_FOR_MEMORY = {None: 1.05, "size": 1.5, "speed": 1.0}


def choose_forms(
    editor: FlatbufferEditor,
    edited: Sequence[EditedOp],
    optimize_for: str | None = None,
    *,
    keep_codes: bool = False,
    core: str = DEFAULT_CORE,
    ram_kb: float | None = None,
) -> None:
    """Gives every layer of a flatbuffer the form that suits best.

    Args:
      editor: the flatbuffer, finished but for this.
      edited: its ops.
      optimize_for: ``"size"``: the smallest file, to a hundredth of a layer's bytes,
        and little memory; ``"speed"``: the fewest instructions; ``None``: the smallest
        file that takes at most 1.5 times the instructions of the fastest, and little
        memory where that costs a twentieth of the time at most.
      keep_codes: leave the weight codes as they are.
      core: the core to count instructions for.
      ram_kb: RAM that the network may take in TensorFlow Lite Micro, in KB: the
        fastest way through the network that fits is taken, whatever ``optimize_for``
        says; the one of least memory if none does.
    """
    stored = read_stored_model(editor.bytes())
    ops = [step.sbnn for step in stored.steps if isinstance(step, SbnnStep)]
    if not ops:
        return
    chosen = ops
    if not keep_codes:
        chosen = _with_codes(ops, [op.node for op in edited], optimize_for, core)
    room = None
    if ram_kb is not None:
        beside = bookkeeping_bytes(stored, core) + micro_stack_bytes(core)
        room = int(1024 * ram_kb) - beside
    bands = _bands(stored, chosen, optimize_for, core, room)
    # Readers of the first version could not run a network of which one code is newer.
    version = max(_version_of(op) for op in chosen)
    for op, before, after, band in zip(edited, ops, chosen, bands, strict=True):
        options = dict(after.options)
        options["version"] = max(version, options["version"])
        if band is not None:
            options["band_bytes"] = band
        if options != before.options:
            op.options = options
            op.store()
        if _code_of(after) != _code_of(before):
            editor.replace_constants(op.operator, 1, after.constants[:1])
    editor.drop_unread()


def _version_of(op: StoredOp) -> int:
    """The oldest version of the format that has an op's options, and types of constants."""
    narrow = any(constant.dtype.itemsize < 4 for constant in op.constants)
    return max(OPS[op.name].version_of(op.options), 2 if narrow else 1)


def _code_of(op: StoredOp) -> tuple:
    return op.options.get("code"), op.code_bytes


def _with_codes(
    ops: list[StoredOp],
    nodes: list[SbnnOp],
    optimize_for: str | None,
    core: str,
) -> list[StoredOp]:
    forms = [
        forms_of(op, node.connections, core)
        for op, node in zip(ops, nodes, strict=True)
        if op.code_bytes and isinstance(node, SumOp)
    ]
    others = sum(estimate_op(op, core).instructions for op in ops if not op.code_bytes)
    fastest = others + sum(layer[0].instructions for layer in forms)
    chosen: list[Form] = {
        "size": lambda: [smallest_but_a_hundredth(layer) for layer in forms],
        "speed": lambda: [layer[0] for layer in forms],
        None: lambda: smallest_within(forms, SLOWER * fastest - others),
    }[optimize_for]()
    replaced = iter(chosen)
    return [next(replaced).op if op.code_bytes else op for op in ops]


def _bands(
    stored: StoredModel,
    ops: list[StoredOp],
    optimize_for: str | None,
    core: str,
    room: int | None,
) -> list[int | None]:
    """``band_bytes`` of each op, None for those that have none."""
    live = [
        size for step, size in zip(stored.steps, live_bytes(stored)) if isinstance(step, SbnnStep)
    ]
    chosen = choose_bands(
        [bands_of(op, core) for op in ops],
        live,
        slower=_SLOWER_FOR_MEMORY[optimize_for],
        peak=room,
    )
    return [band.bytes for band in chosen]
