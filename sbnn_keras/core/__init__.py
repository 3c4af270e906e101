"""Arithmetic of sparse binary networks that needs no framework.

Python numbers and NumPy arrays; where a function takes tensors of any framework, it
uses their operators and an `ops` namespace that is handed to it (`numpy`,
`tensorflow`, `keras.ops`). Nothing in here imports TensorFlow, Keras or Larq.
"""
