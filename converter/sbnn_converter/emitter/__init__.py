"""Writes the converter's graph as a TFLite flatbuffer, with TFLiteConverter's help."""
