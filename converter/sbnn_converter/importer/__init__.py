"""Reads Keras models into the converter's graph."""

from sbnn_converter.importer.model import import_model

__all__ = ["import_model"]
