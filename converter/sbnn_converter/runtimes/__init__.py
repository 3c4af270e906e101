"""Runs converted models on this machine."""
