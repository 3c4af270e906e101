"""Reads TFLite flatbuffers, with SBNN ops or without. Needs no TensorFlow in memory."""
