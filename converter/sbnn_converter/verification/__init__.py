"""Checks a converted model against the Keras model that it comes from."""
