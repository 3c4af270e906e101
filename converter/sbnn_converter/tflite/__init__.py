"""Writes and reads TFLite flatbuffers with SBNN ops."""
