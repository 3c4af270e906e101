"""Converts Keras models with sparse binary layers to TFLite, and runs them.

    model_bytes = sbnn_converter.convert_keras_model(model)
    sbnn_converter.Interpreter(model_bytes).predict(x)        # on a host
    sbnn_converter.micro.Interpreter(model_bytes).predict(x)  # TF Lite Micro

The runtimes are usable without TensorFlow being imported: the converter is
loaded when it is first asked for.
"""

from sbnn_converter import micro
from sbnn_converter.cost_model.network import estimate_network
from sbnn_converter.errors import ConversionError
from sbnn_converter.runtimes.interpreter import Interpreter

__all__ = [
    "ConversionError",
    "Interpreter",
    "convert_keras_model",
    "export_c",
    "estimate_network",
    "export_micro",
    "micro",
]


def convert_keras_model(model, **kwargs) -> bytes:
    """Converts a Keras model; see ``sbnn_converter.convert.convert_keras_model``."""
    from sbnn_converter import convert

    return convert.convert_keras_model(model, **kwargs)


def export_c(model, folder, **kwargs):
    """Writes standalone C99; see ``sbnn_converter.standalone.export_c``."""
    from sbnn_converter import standalone

    return standalone.export_c(model, folder, **kwargs)


def export_micro(model, folder, **kwargs):
    """Writes a firmware folder; see ``sbnn_converter.micro_export.export_micro``."""
    from sbnn_converter import micro_export

    return micro_export.export_micro(model, folder, **kwargs)
