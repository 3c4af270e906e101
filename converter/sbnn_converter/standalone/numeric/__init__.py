"""TensorFlow Lite's own ops in C, a file for each family of them."""
