"""What a comparison with Keras amounts to, in words and figures for people."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it needs TensorFlow, this file does not
    from sbnn_converter.verification.compare import Comparison

# Share of the predictions that may be others where two models still "agree".
_DIFFERING = 0.01


@dataclasses.dataclass(frozen=True)
class Verdict:
    """The outcome of a comparison that passed.

    Attributes:
      agrees: the outputs are as close as this kind of model lets expect, and at least
        99 % of the predictions are the same; not merely within a tolerance that the
        user has raised.
      text: the outcome in one line.
      facts: term, value and note of the figures behind it.
    """

    agrees: bool
    text: str
    facts: tuple[tuple[str, str, str], ...] = ()


def verdict(found: Comparison, kind: str, tolerance: float, usual: float) -> Verdict:
    """Puts a comparison into words.

    Args:
      found: it is within ``tolerance``.
      kind: of the samples, such as ``"random"``.
      tolerance: what was let pass.
      usual: the relative difference that such models have without anything wrong.
    """
    same = found.agreement is None or found.agreement >= 1 - _DIFFERING
    agrees = same and found.within(min(tolerance, usual))
    start = (
        "agrees with Keras"
        if agrees
        else f"differs from Keras, within the tolerance of {tolerance:g},"
    )
    return Verdict(
        agrees=agrees,
        text=f"{start} on {samples_words(found, kind)}: {counts_words(found)}",
        facts=comparison_facts(found, kind),
    )


def samples_words(found: Comparison, kind: str) -> str:
    """How many samples of which kind: ``1 random sample``."""
    return f"{found.samples} {kind} sample{'' if found.samples == 1 else 's'}"


def counts_words(found: Comparison) -> str:
    """Predictions that are the same, difference, and accuracy where it is known."""
    words = f"largest difference {found.largest:.3g} ({found.relative:.2g} of the largest output)"
    if found.agreement is not None:
        same = found.classified - found.differing_argmax
        words = f"same argmax in {same:,} of {found.classified:,} ({found.agreement:.2%}), " + words
    if found.accuracy is not None:
        words += f", accuracy {found.accuracy:.2%} on the labels (Keras {found.keras_accuracy:.2%})"
    return words


def comparison_facts(found: Comparison, kind: str = "") -> tuple[tuple[str, str, str], ...]:
    """Term, value and note of each figure of a comparison, on samples of a kind."""
    facts = []
    if found.agreement is not None:
        same = found.classified - found.differing_argmax
        note = f"{same:,} of {found.classified:,}" + (f", {kind} samples" if kind else "")
        facts.append(("Same argmax as Keras", f"{found.agreement:.2%}", note))
    note = "of the largest output"
    facts.append(("Largest difference", f"{found.relative:.2g}", note))
    if found.accuracy is not None:
        note = f"Keras {found.keras_accuracy:.2%}, {found.samples:,} labels"
        facts.append(("Accuracy", f"{found.accuracy:.2%}", note))
    return tuple(facts)
