"""Converts Keras models with sparse binary layers to TFLite, and runs them.

    model_bytes = sbnn_converter.convert_keras_model(model)
    sbnn_converter.Interpreter(model_bytes).predict(x)        # on a host
    sbnn_converter.micro.Interpreter(model_bytes).predict(x)  # TF Lite Micro

All of it is loaded when it is first asked for: runtimes and estimates are usable without
TensorFlow being imported, and what needs none of the packages starts without them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from sbnn_converter.errors import ConversionError
from sbnn_converter.version import __version__

if TYPE_CHECKING:  # for editors; at run time __getattr__ loads them
    from sbnn_converter import micro
    from sbnn_converter.c_export import export_c
    from sbnn_converter.convert import convert_keras_model
    from sbnn_converter.cost_model.network import estimate_network
    from sbnn_converter.micro_export import export_micro
    from sbnn_converter.runtimes.interpreter import Interpreter

__all__ = [
    "ConversionError",
    "Interpreter",
    "__version__",
    "convert_keras_model",
    "estimate_network",
    "export_c",
    "export_micro",
    "micro",
]

_LOADED_LATER = {
    "Interpreter": "sbnn_converter.runtimes.interpreter",
    "convert_keras_model": "sbnn_converter.convert",
    "estimate_network": "sbnn_converter.cost_model.network",
    "export_c": "sbnn_converter.c_export",
    "export_micro": "sbnn_converter.micro_export",
    "micro": "sbnn_converter.micro",
}


def __getattr__(name: str):
    """What ``_LOADED_LATER`` names itself, with signature and docstring."""
    if name not in _LOADED_LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(_LOADED_LATER[name])
    found = module if module.__name__ == f"{__name__}.{name}" else getattr(module, name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_LOADED_LATER})
