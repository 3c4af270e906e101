"""Tables and plots of all results.

    python benchmarks/accuracy/report.py                 # tables to the terminal
    python benchmarks/accuracy/report.py --docs docs     # into docs/results.md, figures

In docs/results.md the text between `<!-- NAME -->` and `<!-- end -->` is replaced by
the table of that name.
"""

import json
import re
import sys
from collections import defaultdict
from pathlib import Path
from statistics import mean

from absl import app, flags

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from rows import Row, rows  # noqa: E402
from sources import PHOTOGRAPHS, SOUNDS  # noqa: E402

_RESULTS = flags.DEFINE_string("results", str(HERE / "results"), "Folder of results.")
_DOCS = flags.DEFINE_string("docs", None, "Folder with results.md, for tables, figures.")

_NETWORKS = {
    "mlp": "MNIST, 784-512-512-10",
    "cnn": "MNIST, small CNN",
    "binarynet4": "BinaryNet/4",
    "binarynet2": "BinaryNet/2",
    "resnet8": "ResNet-8",
    "dscnn": "spoken digits, DS-CNN",
    "sound": "spoken digits, SoundNet",
}


def read_results(folder: Path) -> list[dict]:
    """All results, in the order of their names."""
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]


def _accuracy(row: Row) -> str:
    text = f"{row.accuracy:.2%}"
    if len(row.seeds) > 1:
        text += f" ({row.lowest:.2%} to {row.highest:.2%})"
    return text


def _instructions(row: Row) -> str:
    if row.instructions is None:
        return ""
    return f"{row.instructions:,.0f}" + (" (est.)" if row.estimated else "")


def network_table(network_rows: list[Row]) -> str:
    """One line for each way to train a network."""
    lines = [
        "| | test accuracy | seeds | connections | bits a weight | model, bytes | "
        "instructions, Cortex-M4 |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for row in network_rows:
        share = "" if row.connections is None else f"{row.connections:.2%}"
        lines.append(
            f"| {row.label} | {_accuracy(row)} | {_numbers(row.seeds)} | {share} | "
            f"{row.bits:.3g} | {row.model_bytes:,.0f} | {_instructions(row)} |"
        )
    return "\n".join(lines)


def changes_table(results: list[dict], all_rows: list[Row]) -> str:
    """The runs that differ from a recipe, each beside the recipe at the same seed."""
    plain = {}
    for result in results:
        if not result["changed"]:
            plain[_key(result) + (result["seed"],)] = result
    lines = [
        "| run | changed | seed | accuracy | recipe | difference |",
        "| --- | --- | --- | ---: | ---: | ---: |",
    ]
    for result in results:
        base = plain.get(_key(result) + (result["seed"],))
        if not result["changed"] or base is None:
            continue
        changed = ", ".join(f"`{k}={v}`" for k, v in result["changed"].items())
        gain = 100 * (result["accuracy"] - base["accuracy"])
        lines.append(
            f"| {base['run'].rpartition('-')[0]} | {changed} | {result['seed']} | "
            f"{result['accuracy']:.2%} | {base['accuracy']:.2%} | {gain:+.2f} |"
        )
    return "\n".join(lines)


def _key(result) -> tuple:
    keys = ("network", "method", "domain", "target_connections")
    return tuple(result[key] for key in keys)


# Network, share, domain (None: the better one) and how far below the BNN it may end.
_TARGETS = [
    ("mlp", 0.05, None, 0.2),
    ("mlp", 0.05, "01", 0.7),
    ("cnn", 0.05, None, 0.2),
    ("binarynet4", 0.1, None, 0.5),
    ("binarynet4", 0.05, None, 1.5),
]


def targets_table(all_rows: list[Row]) -> str:
    """What was aimed at, and what came out."""
    lines = ["| | aimed at | came out | |", "| --- | --- | --- | --- |"]
    for network, share, domain, below in _TARGETS:
        of_network = [r for r in all_rows if r.network == network]
        bnn = [r for r in of_network if r.method == "bnn"]
        found = [
            r
            for r in of_network
            if r.method == "schedule"
            and r.target_connections == share
            and r.domain != "signed"  # with teachers and more bits, which no BNN here has
            and domain in (None, r.domain)
        ]
        name = f"{_NETWORKS[network]}, {share:.0%}, {domain or 'better domain'}"
        aim = f"BNN - {below} points"
        if not bnn or not found:
            lines.append(f"| {name} | {aim} | not finished | |")
            continue
        best = max(found, key=lambda r: r.accuracy)
        gap = 100 * (best.accuracy - bnn[0].accuracy)
        # Differences of less than 0.005 points are no differences.
        met = gap >= -below - 0.005
        seeds = min(len(best.seeds), len(bnn[0].seeds))
        lines.append(
            f"| {name} | {aim} | BNN {gap:+.2f} ({best.accuracy:.2%}, "
            f"{bnn[0].accuracy:.2%}; {seeds} seed{'s' * (seeds > 1)}) | "
            f"{'met' if met else 'missed'} |"
        )
    return "\n".join(lines)


def voices_table(results: list[dict]) -> str:
    """Each voice tested that was not trained, and the mean of them all."""
    found = defaultdict(dict)
    for result in results:
        if set(result["changed"]) == {"voice"}:
            found[result["changed"]["voice"]][result["network"]] = result
    whole = {voice: pair for voice, pair in found.items() if set(pair) == set(SOUNDS)}
    lines = [
        "| voice left out | DS-CNN, float32 | DS-CNN, int8 | SoundNet, signed, 2 bits, 5% |",
        "| --- | ---: | ---: | ---: |",
    ]
    rows = [
        [pair["dscnn"]["accuracy"], pair["dscnn"]["int8"]["accuracy"], pair["sound"]["accuracy"]]
        for pair in whole.values()
    ]
    for name, row in [*zip(whole, rows), ("mean", [mean(column) for column in zip(*rows)])]:
        lines.append(f"| {name} | " + " | ".join(f"{value:.2%}" for value in row) + " |")
    return "\n".join(lines)


def agreement_table(results: list[dict]) -> str:
    """How often a converted model answers differently from Keras, over all runs."""
    names = {
        "tflite": "TFLite, float32 in and out",
        "tflm": "TensorFlow Lite Micro, float32 in and out",
        "tflite_int8": "TFLite, int8 in and out",
        "tflm_int8": "TensorFlow Lite Micro, int8 in and out",
    }
    lines = [
        "| binary networks | runs | predictions | different from Keras |",
        "| --- | ---: | ---: | ---: |",
    ]
    binary = [r for r in results if r["method"] != "float"]
    for key, name in names.items():
        images = sum(
            r["int8"].get("images", r["test_images"]) if key.endswith("int8") else r["test_images"]
            for r in binary
        )
        different = sum(r["differing_from_keras"][key] for r in binary)
        lines.append(f"| {name} | {len(binary)} | {images:,} | {different:,} |")
    return "\n".join(lines)


def runs_table(results: list[dict]) -> str:
    """Each run with its seed and commit."""
    lines = ["| run | accuracy | commit |", "| --- | ---: | --- |"]
    lines += [f"| `{r['run']}` | {r['accuracy']:.2%} | {r['commit']} |" for r in results]
    return "\n".join(lines)


def _numbers(seeds) -> str:
    return ", ".join(map(str, seeds))


def tables(results: list[dict]) -> dict[str, str]:
    """All tables by the name that docs/results.md uses."""
    all_rows = rows(results)
    by_network = defaultdict(list)
    for row in all_rows:
        by_network[row.network].append(row)
    made = {name: network_table(by_network[name]) for name in by_network}
    made["targets"] = targets_table(all_rows)
    made["voices"] = voices_table(results)
    made["agreement"] = agreement_table(results)
    made["changes"] = changes_table(results, all_rows)
    made["runs"] = runs_table(results)
    return made


def fill_in(text: str, made: dict[str, str]) -> str:
    """Replaces what stands between the marks of each table."""
    for name, table in made.items():
        marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        text = marks.sub(lambda m, t=table: f"{m[1]}{t}\n{m[2]}", text)
    return text


def main(_):
    results = read_results(Path(_RESULTS.value))
    if not results:
        raise SystemExit(f"no results in {_RESULTS.value}: train with run.py first")
    made = tables(results)
    if _DOCS.value is None:
        for name, table in made.items():
            print(f"\n== {name}\n{table}")
        return
    import plots

    page = Path(_DOCS.value) / "results.md"
    page.write_text(fill_in(page.read_text(), made))
    figures = Path(_DOCS.value) / "figures"
    figures.mkdir(exist_ok=True)
    for network in {row.network for row in rows(results)}:
        of_network = [row for row in rows(results) if row.network == network]
        for axes, name in ((plots.COST, "accuracy"), (plots.SPARSITY, "sparsity")):
            figure = figures / f"{name}_{network}.png"
            if figure.name in page.read_text():
                plots.accuracy_against(axes, of_network, _NETWORKS[network], figure)
    photographs = [row for row in rows(results) if row.network in PHOTOGRAPHS]
    plots.frontier(photographs, "CIFAR-10 (JPEG q75)", figures / "frontier_cifar10.png")
    print(f"wrote {page} and figures of {len(results)} results")


if __name__ == "__main__":
    app.run(main)
