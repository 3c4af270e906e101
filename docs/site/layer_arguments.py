"""Layers' docstrings as they are at run time: with what each argument means."""

import sys
from pathlib import Path

import griffe

sys.path.insert(0, str(Path(__file__).parents[2]))
from sbnn_keras.core.layer_arguments import described


class LayerArguments(griffe.Extension):
    """Fills in `{arguments}`, as the layers themselves do when they are imported."""

    def on_class(self, *, cls: griffe.Class, **kwargs) -> None:
        """Called when a class has been read, with all that it holds."""
        if cls.docstring and "{arguments}" in cls.docstring.value:
            names = [p.name for p in cls.parameters if p.name != "self"]
            cls.docstring.value = described(cls.docstring.value, names)
