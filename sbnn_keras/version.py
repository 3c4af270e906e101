"""The version of both packages and both distributions: it is written here alone."""

__version__ = "1.0.0"
