"""Writes a converted model as a folder of standalone C."""

from sbnn_converter.c_export.export import export_c

__all__ = ["export_c"]
