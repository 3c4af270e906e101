"""What was measured in QEMU: all that estimates are made of, in ``coefficients.json``."""

from __future__ import annotations

import functools
import json
from pathlib import Path

FILE = Path(__file__).with_name("coefficients.json")


@functools.cache
def measured() -> dict:
    """The file, by programs in ``benchmarks/mcu``.

    Returns:
      ``cores`` and ``code_bytes`` as ``fit_cost_model.py`` writes them, ``mixes`` as
      ``fit_mixes.py`` does, ``numeric`` as ``fit_numeric_costs.py`` does.
    """
    return json.loads(FILE.read_text())
