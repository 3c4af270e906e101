"""The reference: a page a module, made of what its `__all__` names.

Docstrings are read from the sources. `sbnn_keras` has two fronts with the same names; the
reference shows those of Keras 2 by the names that users import.
"""

import ast
import dataclasses
import re
from pathlib import Path

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[2]


_NO_TYPE = re.compile(r'(<li class="doc-section-item field-body">\s*)–')


@dataclasses.dataclass(frozen=True)
class Module:
    """A page of the reference.

    Attributes:
        name: what users import.
        source: the file whose `__all__` tells its names.
        text: what stands above them.
        groups: title to names; empty: all under one title.
        names: its public names, where it has no `__all__`.
    """

    name: str
    source: str
    text: str = ""
    groups: dict[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    names: tuple[str, ...] = ()


_LAYERS = ("Dense", "Conv1D", "Conv2D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D")
PAGES = {
    "reference/sbnn_keras.md": Module(
        "sbnn_keras",
        "sbnn_keras/__init__.py",
        "Layers and what trains them. Shown are the classes of Keras 2; those of Keras 3 have the "
        "same names and arguments ([Keras 2 or Keras 3](../keras-2-or-keras-3.md)).",
        {
            "Layers": (
                *(f"SparseBinary{layer}" for layer in _LAYERS),
                "AlternatingSigns",
                "ResidualStream",
            ),
            "Sparsity": (
                "ConnectionsSchedule",
                "ConstantSparsity",
                "PolynomialDecay",
                "allocate_connections",
                "ExpectedConnections",
                "ExpectedConnectionsLoss",
            ),
            "Training": ("Distiller", "FreezeConnections", "SharpnessSchedule", "in_float32"),
            "Looking": ("summary", "SparsityLogger"),
        },
    ),
    "reference/quantizers.md": Module("sbnn_keras.quantizers", "sbnn_keras/keras2/quantizers.py"),
    "reference/constraints.md": Module(
        "sbnn_keras.constraints",
        "sbnn_keras/keras2/constraints.py",
        "`WeightClip` is that of `larq.constraints`.",
    ),
    "reference/applications.md": Module(
        "sbnn_keras.applications", "sbnn_keras/applications/__init__.py"
    ),
    "reference/recipes.md": Module(
        "sbnn_keras.recipes", "sbnn_keras/recipes.py", names=("Recipe",)
    ),
    "reference/sbnn_converter.md": Module("sbnn_converter", "converter/sbnn_converter/__init__.py"),
    "reference/inspection.md": Module(
        "sbnn_converter.inspection",
        "converter/sbnn_converter/inspection.py",
        names=("inspect_model", "Inspection", "InspectedLayer", "WeightCost"),
    ),
    "reference/micro.md": Module(
        "sbnn_converter.micro", "converter/sbnn_converter/micro.py", names=("Interpreter",)
    ),
}
# Modules have pages of their own; the version is none.
_NO_ENTRIES = {"constraints", "quantizers", "micro", "__version__"}
# Names that a source does not tell: it chooses a front, or has them from Larq.
_ELSEWHERE = {
    "sbnn_keras.applications.LogMel": "sbnn_keras.keras2.LogMel",
    "sbnn_keras.constraints.WeightClip": None,
}


def on_files(files: Files, config) -> Files:
    """Adds the pages of the reference."""
    for page, module in PAGES.items():
        files.append(File.generated(config, page, content=page_text(module)))
    return files


def on_page_content(html: str, page, config, files) -> str:
    """Without the dash in front of results whose type no annotation tells."""
    return _NO_TYPE.sub(r"\1", html) if page.file.src_uri in PAGES else html


def page_text(module: Module) -> str:
    """The page of a module, whose entries mkdocstrings fills in.

    Raises:
        PluginError: groups and public names are not the same.
    """
    names = public_names(module)
    groups = module.groups or {"": names}
    listed = [name for group in groups.values() for name in group]
    if sorted(listed) != sorted(names):
        unlike = sorted(set(listed) ^ set(names))
        raise PluginError(
            f"reference of {module.name}: found {unlike} only in its __all__ or only in a group of "
            "docs/site/reference_pages.py, wanted the same names in both"
        )
    parts = [f"# {module.name}", module.text]
    for title, group in groups.items():
        parts += [f"## {title}" if title else "", *(_entry(module, name) for name in group)]
    return "\n\n".join(part for part in parts if part) + "\n"


def public_names(module: Module) -> tuple[str, ...]:
    """What the module's `__all__` names and is an entry, in its order."""
    if module.names:
        return module.names
    for node in ast.parse((ROOT / module.source).read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return tuple(name for name in ast.literal_eval(node.value) if name not in _NO_ENTRIES)
    raise PluginError(f"reference of {module.name}: found no __all__ in {module.source}")


def _entry(module: Module, name: str) -> str:
    shown = f"{module.name}.{name}"
    where = _ELSEWHERE.get(shown, shown)
    if where is None:
        return ""
    return f"::: {where}\n    options:\n      heading: {shown}\n      toc_label: {name}\n"
