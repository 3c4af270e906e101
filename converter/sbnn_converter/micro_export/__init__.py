"""Writes a converted model as a folder for TensorFlow Lite Micro firmware."""

from sbnn_converter.micro_export.export import export_micro

__all__ = ["export_micro"]
