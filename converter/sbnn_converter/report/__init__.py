"""Tells what a converted model holds and costs."""
