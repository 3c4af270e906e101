"""Which kinds of instructions a trace holds, and how many cycles a Cortex-M4 takes for it."""

from __future__ import annotations

import re
from collections import Counter

from instruction_trace import Block, Instruction, Steps
from sbnn_converter.cost_model.timing import KINDS

_CONDITIONS = "eq|ne|hs|lo|cs|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le"
_LOAD = re.compile(rf"v?ldr(s?[bh])?({_CONDITIONS})?$")
_STORE = re.compile(rf"v?str[bh]?({_CONDITIONS})?$")
_MULTIPLE = re.compile(rf"(push|pop|v?(ldm|stm)(ia|db|fd|ea)?|vpush|vpop)({_CONDITIONS})?$")
_PAIR = re.compile(rf"(ldrd|strd)({_CONDITIONS})?$")
_BRANCH = re.compile(rf"(b|bl|bx|blx|cbz|cbnz|tbb|tbh)({_CONDITIONS})?$")
_MULTIPLY = re.compile(rf"(muls?|smul[bt][bt]|smulw[bt]|smuad|smmul)({_CONDITIONS})?$")
_MULTIPLY_AND_ADD = re.compile(rf"(mla|mls|smla[bt][bt]|smlad)({_CONDITIONS})?$")
_LONG = re.compile(rf"(umull|smull|umlal|smlal|umaal)({_CONDITIONS})?$")
_DIVIDE = re.compile(rf"[us]div({_CONDITIONS})?$")
_FLOAT_MULTIPLY_AND_ADD = re.compile(r"v(f?n?ml[as]|fm[as]|fnm[as])")
_FLOAT_DIVIDE = re.compile(r"v(div|sqrt)")
_REGISTER = re.compile(r"\b(r\d+|sb|sl|fp|ip|sp|lr|pc|[sd]\d+)\b")


def kinds(instruction: Instruction, before: Instruction | None) -> list[tuple[str, int]]:
    """What an instruction counts as, branches apart: kinds and how often."""
    name = instruction.mnemonic
    if _LOAD.match(name):
        behind = before is not None and _follows_at_once(before, instruction)
        return [("load behind a load" if behind else "load", 1)]
    if _STORE.match(name):
        return [("store", 1)]
    if _PAIR.match(name):
        return [("multiple", 1), ("registers", 2)]
    if _MULTIPLE.match(name):
        return [("multiple", 1), ("registers", _listed(instruction.operands))]
    if _BRANCH.match(name):
        if name.startswith("tb"):
            return [("load", 1)]  # the entry of its table
        return [] if "#" in instruction.operands else [("plain", 1)]
    for pattern, kind in (
        (_MULTIPLY, "multiply"),
        (_MULTIPLY_AND_ADD, "multiply and add"),
        (_LONG, "long multiply"),
        (_DIVIDE, "divide"),
        (_FLOAT_MULTIPLY_AND_ADD, "float multiply and add"),
        (_FLOAT_DIVIDE, "float divide"),
    ):
        if pattern.match(name):
            return [(kind, 1)]
    if name.startswith("v"):
        return [("float", 1)]
    return [("plain", 1)]


def _follows_at_once(before: Instruction, load: Instruction) -> bool:
    """Whether the second of two loads starts while the first is under way: its address
    does not depend on what that loads."""
    if not _LOAD.match(before.mnemonic):
        return False
    loaded = before.operands.split(",", 1)[0].strip()
    return loaded not in _REGISTER.findall(load.operands.split(",", 1)[1])


def _listed(operands: str) -> int:
    """How many registers stand in braces; a range counts as many as it spans."""
    count = 0
    for part in operands[operands.index("{") + 1 : operands.index("}")].split(","):
        first, _, last = part.strip().partition("-")
        count += int(last.strip()[1:]) - int(first.strip()[1:]) + 1 if last else 1
    return count


def _writes_pc(instruction: Instruction) -> bool:
    """Whether a block ends here because the program goes on elsewhere, perhaps."""
    name, operands = instruction.mnemonic, instruction.operands
    if _BRANCH.match(name):
        return True
    if name.startswith(("pop", "ldm")):
        return "pc" in operands
    return operands.startswith("pc,")


def _is_direct(instruction: Instruction) -> bool:
    """Whether it is a branch whose target stands in it."""
    return bool(_BRANCH.match(instruction.mnemonic)) and "#" in instruction.operands


def count_kinds(steps: Steps) -> Counter[str]:
    """How often each kind occurs, with ``"bytes"`` and ``"instructions"``."""
    whole: Counter[Block] = Counter()
    found: Counter[str] = Counter()
    for (block, following), times in steps.items():
        whole[block] += times
        last = block.instructions[-1]
        if _writes_pc(last):
            if following.address == block.end:
                found["branch not taken"] += times * _is_direct(last)
            else:
                found["taken branch" if _is_direct(last) else "jump"] += times
    for block, times in whole.items():
        before = None
        for instruction in block.instructions:
            found["instructions"] += times
            found["bytes"] += times * instruction.bytes
            for kind, count in kinds(instruction, before):
                found[kind] += times * count
            before = instruction
    assert set(found) <= {*KINDS, "bytes", "instructions"}
    return found


def mix(found: Counter[str]) -> dict[str, float]:
    """Kinds for one instruction."""
    whole = found["instructions"]
    return {kind: count / whole for kind, count in found.items() if kind != "instructions"}


def cortex_m4_cycles(steps: Steps) -> int:
    """Cycles of a trace on a Cortex-M4 whose memory answers at once, block by block.

    After "Cortex-M4 Technical Reference Manual", section 3.3 (DDI 0439): plain instructions 1;
    loads 2, or 1 behind another load; stores with an offset 1, with a register 2 unless behind
    a load; multiple ones 1 and 1 a register; MLA 2; divisions 2 to 12, here 7; a taken branch
    1 and the pipeline's refill of 1 to 3: 1 for targets that stand in the instruction, 2 for
    others (they are known a stage later), and 1 more where the target is a long instruction
    that crosses a word.
    """
    cycles = 0
    blocks: Counter[Block] = Counter()
    for (block, following), times in steps.items():
        blocks[block] += times
        last = block.instructions[-1]
        if not _writes_pc(last):
            continue
        if following.address == block.end:
            cycles += times * _is_direct(last)
            continue
        target = following.instructions[0]
        is_split = target.bytes == 4 and target.address % 4 != 0
        cycles += times * (2 + is_split)  # a jump's own cycle is that of its instruction
    return cycles + sum(times * _m4_straight(block) for block, times in blocks.items())


_M4 = {
    "load": 2,
    "load behind a load": 1,
    "multiply and add": 2,
    "divide": 7,
    "float multiply and add": 3,
    "float divide": 14,
}


def _m4_straight(block: Block) -> int:
    """Cycles of a block without its branch."""
    cycles, before = 0, None
    for instruction in block.instructions:
        for kind, count in kinds(instruction, before):
            cycles += _M4.get(kind, 1) * count
            if kind == "store" and _has_register_offset(instruction):
                cycles += before is None or not _LOAD.match(before.mnemonic)
        before = instruction
    return cycles


def _has_register_offset(instruction: Instruction) -> bool:
    inside = instruction.operands.partition("[")[2].partition("]")[0]
    return len(_REGISTER.findall(inside)) > 1
