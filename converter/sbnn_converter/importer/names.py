"""What messages call a layer, quantizer or function."""


def name_of(thing) -> str:
    """Its own name, else that of its type."""
    return getattr(thing, "name", None) or getattr(thing, "__name__", type(thing).__name__)
