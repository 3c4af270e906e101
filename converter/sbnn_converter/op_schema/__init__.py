"""The ops of a file and their options: one typed dataclass each, a file each in ``ops/``.

The kernels' side of the same is ``SBNN_..._OPTIONS`` in ``kernels/include/sbnn`` and
``runtime/ops``; ``tests/converter/test_op_schema.py`` holds both and the tables of
``docs/format.md`` equal.
"""

import importlib
import inspect
import pkgutil

from sbnn_converter.op_schema import ops
from sbnn_converter.op_schema.option import Op, Option


def _declared() -> dict[str, type[Op]]:
    """The ops that the files in ``ops/`` declare, by their names in a .tflite file."""
    found = {}
    for file in pkgutil.iter_modules(ops.__path__):
        module = importlib.import_module(f"{ops.__name__}.{file.name}")
        for name, op in inspect.getmembers(module, inspect.isclass):
            if issubclass(op, Op) and op.__module__ == module.__name__:
                found[f"Sbnn{name}"] = op
    return found


OPS = _declared()

__all__ = ["OPS", "Op", "Option"]
