"""Results of several seeds, put together for tables and plots."""

import dataclasses
from collections import defaultdict
from statistics import mean

# Instructions for each multiply-accumulate of CMSIS-NN's int8 kernels on a Cortex-M4,
# measured in QEMU (docs/performance.md): 66,471,000 for 37.7 M, and 504,200 for 262,144.
_CMSIS_NN = {"conv": 66_471_000 / 37_748_736, "dense": 504_200 / 262_144}


@dataclasses.dataclass(frozen=True)
class Row:
    """One way to train a network, over its seeds; figures are means.

    Attributes:
      label: for people.
      connections: share of ones; None where all weights are used.
      bits: bits a weight in the model file.
      model_bytes: the .tflite file, with int8 inputs and outputs but for float32.
      instructions: of a Cortex-M4 for one sample, or None if unknown.
      estimated: whether `instructions` are.
      ram_bytes: static RAM of the same network in standalone C, or None if unknown.
    """

    network: str
    method: str
    domain: str | None
    target_connections: float | None
    label: str
    seeds: tuple[int, ...]
    accuracies: tuple[float, ...]
    connections: float | None
    bits: float
    model_bytes: float
    instructions: float | None = None
    estimated: bool = False
    ram_bytes: float | None = None

    @property
    def accuracy(self) -> float:
        return mean(self.accuracies)

    @property
    def lowest(self) -> float:
        return min(self.accuracies)

    @property
    def highest(self) -> float:
        return max(self.accuracies)


_ORDER = ["float", "int8", "bnn", "schedule", "constraint"]
_LABELS = {"float": "float32", "int8": "int8 (post-training)", "bnn": "BNN, ±1 (Larq)"}
_DOMAINS = {"general": "general domain", "01": "domain 0/1", "signed": "signed"}
# Changes of a recipe that make a row of their own, and those that make none.
_KINDS = {"bits", "stream", "distill"}
_TOLD = {
    "first_domain": "first layer {}",
    "width": "width {:g}",
    "batch": "batches of {}",
    "clip": "bound {:g}",
    "shift": "moved by {}",
    "epochs": "{} epochs",
    "backend": "trained with {}",
    "begin": "{} trained on",
}
_NAMES = {"jax": "JAX", "torch": "PyTorch"}
# Who taught, when the schedule was looked at, and where a share of one began.
_UNTOLD = {"teacher", "teacher_epochs", "teacher_backend", "frequency", "start"}


def rows(results: list[dict]) -> list[Row]:
    """One row for each way to train, of the runs that follow the recipe."""
    groups = defaultdict(list)
    for result in results:
        if set(result["changed"]) - _KINDS - _UNTOLD - set(_TOLD):
            continue
        key = [result[k] for k in ("network", "method", "domain", "target_connections")]
        groups[(*key, _kind(result))].append(result)
    made = []
    for key, group in groups.items():
        group.sort(key=lambda r: r["seed"])
        made.append(_row(*key, group))
        if key[1] == "float":
            made.append(_int8_row(key[0], key[4], group))
    return sorted(made, key=_place)


def _place(row: Row) -> tuple:
    return (
        row.network,
        _ORDER.index(row.method),
        row.domain or "",
        -(row.target_connections or 0),
        row.label,
    )


def _kind(result) -> str:
    """What a network has beyond one bit, streams and teachers included."""
    recipe = result["recipe"]
    bits, stream = recipe.get("bits") or 1, recipe.get("stream")
    words = [f", {bits} bits" if bits > 1 else ""]
    words += [", streams" if stream else "", ", distilled" if recipe.get("distill") else ""]
    told = [name for name in _TOLD if name in result["changed"]]
    words += [", " + _TOLD[name].format(_NAMES.get(recipe[name], recipe[name])) for name in told]
    return "".join(words)


def _label(method, domain, share, kind) -> str:
    if domain is None:
        return _LABELS[method] + kind
    way = "SBNN" if method == "schedule" else "SBNN by the constraint"
    return f"{way}, {_DOMAINS[domain]}{kind}, {100 * share:g}%"


def _row(network, method, domain, share, kind, group) -> Row:
    is_float = method == "float"
    # Bytes of the models whose instructions are known; where none are, of all.
    counted = [r["cortex_m4"] for r in group if "cortex_m4" in r]
    files = counted or [r if is_float else r["int8"] for r in group]
    return Row(
        network,
        method,
        domain,
        share,
        _label(method, domain, share, kind),
        tuple(r["seed"] for r in group),
        tuple(r["accuracy"] for r in group),
        None if domain is None else mean(r["connections"] for r in group),
        32 if is_float else mean(r["bits_a_weight"] for r in group),
        mean(f["model_bytes"] for f in files),
        mean(c["instructions"] for c in counted) if counted else None,
        ram_bytes=mean(c["ram_bytes"] for c in counted) if counted else None,
    )


def _int8_row(network, kind, group) -> Row:
    """What post-training quantization makes of the float runs."""
    operations = group[0].get("multiplications_by_kind")
    instructions = None
    if operations:
        instructions = sum(_CMSIS_NN[kind] * n for kind, n in operations.items())
    return Row(
        network,
        "int8",
        None,
        None,
        _LABELS["int8"] + kind,
        tuple(r["seed"] for r in group),
        tuple(r["int8"]["accuracy"] for r in group),
        None,
        8,
        mean(r["int8"]["model_bytes"] for r in group),
        instructions,
        estimated=True,
    )
