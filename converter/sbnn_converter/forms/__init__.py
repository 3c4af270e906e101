"""The form that each layer takes in a file: its weight code, and how much memory its
kernel may use.

A flatbuffer is read, every layer's possible forms are priced with the cost model, and
the chosen ones are written into it. Nothing that the network computes changes.
"""

from sbnn_converter.forms.choose import GOALS, choose_forms
from sbnn_converter.forms.narrow import narrow_constants

__all__ = ["GOALS", "choose_forms", "narrow_constants"]
