"""The one error that conversion raises for a model it cannot convert."""


class ConversionError(ValueError):
    """A model cannot be converted. The message is one line that names the
    thing, what was found, what is wanted, and the way out."""
