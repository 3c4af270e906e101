"""A converted model as standalone C99: no interpreter, no heap.

``export.py`` is the way through: ``network.py`` reads the flatbuffer, ``sbnn_calls.py``
and ``numeric_calls.py`` (with ``numeric/``) say each op in C, ``memory.py`` places the buffers,
``model_text.py`` writes the text and ``kernel_files.py`` finds the kernels to copy.
``trial.py`` and ``profile.py`` run the result on an emulated core.
"""

from sbnn_converter.standalone.export import Export, export_c, plan_export
from sbnn_converter.standalone.profile import OpProfile, Profile, profile

__all__ = ["Export", "OpProfile", "Profile", "export_c", "plan_export", "profile"]
