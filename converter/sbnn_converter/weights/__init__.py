"""Kernels: their codes, written and read, and the order of their weights."""
