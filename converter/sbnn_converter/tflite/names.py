"""How the name of a Keras layer travels in the file.

TFLite has no place for it, and TFLiteConverter names the tensors of custom ops
itself. It keeps the names of constants, though: the weight code of layer
``conv2d_3`` is the tensor ``conv2d_3/connections``. Viewers such as Netron show
it there. Where two layers have the very same code, TFLiteConverter stores it once
and both lose the name.
"""

from __future__ import annotations

import re

_SUFFIX = "/connections"


def code_tensor_name(layer: str) -> str:
    """The name of the weight code of ``layer``, in letters that TensorFlow takes."""
    name = re.sub(r"[^A-Za-z0-9_.\\/>-]", "_", layer)
    return (name if re.match(r"[A-Za-z0-9.]", name) else f".{name}") + _SUFFIX


def layer_name(code_tensor: str) -> str | None:
    """The layer whose weight code has this name; ``None`` if it tells none."""
    layer, suffix, rest = code_tensor.rpartition(_SUFFIX)
    # Names that occur twice get a number behind them.
    return layer if suffix and re.fullmatch(r"(_\d+)?", rest) else None
