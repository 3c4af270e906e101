"""A converted model as standalone C99: no interpreter, no heap.

``export.py`` is the way through: ``sbnn_calls.py`` and ``numeric_calls.py`` (with
``numeric/``) say each op in C, ``memory/placement.py`` places the buffers,
``model_text.py`` writes the text and ``kernel_files.py`` finds the kernels it needs;
``single_source.py`` puts all of it into one file.
``c_export`` makes a folder of it.
"""

from sbnn_converter.standalone.export import Export, plan_export

__all__ = ["Export", "plan_export"]
