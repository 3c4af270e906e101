"""Which weight code each layer takes, weighed over the whole network."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from sbnn_converter.cost_model.estimate import estimate_op
from sbnn_converter.tflite.flatbuffer import StoredOp
from sbnn_converter.weights.code import WeightCode, codes_for, encode

# What a share of the bytes may cost, as a share of the instructions.
_WORTH = 10


@dataclasses.dataclass(frozen=True)
class Form:
    """A layer in one of its forms.

    Attributes:
      op: the layer.
      bytes: of its weight code.
      instructions: of one run.
    """

    op: StoredOp
    bytes: int
    instructions: int


def forms_of(op: StoredOp, kernel: np.ndarray, core: str) -> list[Form]:
    """The layer in every weight code that is not larger and slower than another.

    Args:
      op: the layer as it stands in the file.
      kernel: its connections, in the order of the code.
      core: the core to count instructions for.

    Returns:
      Forms from the fastest, which is the largest, to the smallest.
    """
    names = codes_for(op.name, op.reads)
    forms = [_form(op, encode(kernel, name), core) for name in names]
    forms.sort(key=lambda form: (form.instructions, form.bytes))
    kept = forms[:1]
    for form in forms[1:]:
        if form.bytes < kept[-1].bytes:
            kept.append(form)
    return kept


def _form(op: StoredOp, code: WeightCode, core: str) -> Form:
    options = {**op.options, "code": code.code, "code_parameter": code.parameter}
    constants = [code.words.view(np.int32), *op.constants[1:]]
    coded = dataclasses.replace(op, options=options, constants=constants)
    return Form(coded, code.bytes, estimate_op(coded, core).instructions)


def smallest_but_a_hundredth(layer: list[Form]) -> Form:
    """The fastest form that takes at most a hundredth more bytes than the smallest.

    A Golomb code saves a few bytes over a Golomb-Rice code and takes many times the
    instructions: nobody who wants a small file wants that.

    Args:
      layer: forms from the fastest to the smallest.
    """
    return next(form for form in layer if form.bytes <= 1.01 * layer[-1].bytes)


def smallest_within(forms: Sequence[list[Form]], budget: float) -> list[Form]:
    """A form of each layer: few bytes in all, at no more than ``budget`` instructions.

    Starts from the fastest form of every layer and takes again and again the step
    that saves most bytes for an additional instruction, as long as the budget lasts
    and the saving is worth it: a hundredth of the bytes may cost a tenth of the time.

    Args:
      forms: of each layer, from the fastest to the smallest.
      budget: instructions that the layers may take together.
    """
    chosen = [0] * len(forms)
    instructions = sum(layer[0].instructions for layer in forms)
    size = sum(layer[0].bytes for layer in forms)
    while True:
        steps = []
        for number, layer in enumerate(forms):
            now = layer[chosen[number]]
            for place in range(chosen[number] + 1, len(layer)):
                extra = layer[place].instructions - now.instructions
                saved = now.bytes - layer[place].bytes
                worth_it = _WORTH * saved / size >= extra / instructions
                if instructions + extra <= budget and worth_it:
                    steps.append((saved / max(1, extra), number, place, extra))
        if not steps:
            return [layer[place] for layer, place in zip(forms, chosen)]
        _, number, place, extra = max(steps)
        size -= forms[number][chosen[number]].bytes - forms[number][place].bytes
        instructions += extra
        chosen[number] = place
