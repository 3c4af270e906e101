"""Room for models of thousands of layers.

Keras walks through a model by recursion, a call a layer, when it builds one; behind 1,000
Python ends that. Who builds such a model has to raise the limit, and nobody else should.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

# Older Pythons take some hundred bytes of the stack for each; it has 8 MiB.
_CALLS = 8000


@contextlib.contextmanager
def room_for_deep_models() -> Iterator[None]:
    """Lets calls go as deep as the layers of a deep network are many, for a while."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _CALLS))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
