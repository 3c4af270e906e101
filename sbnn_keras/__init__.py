"""Sparse binary neural networks for Keras."""
