"""What messages call a layer, quantizer or function."""


def name_of(thing) -> str:
    """Its own name, else that of its type."""
    names = (getattr(thing, attribute, None) for attribute in ("name", "__name__"))
    return next(filter(None, names), type(thing).__name__)
