"""How the cost of a 3x3 convolution grows with density, channels, size, batch, threads.

    python benchmarks/scaling.py [--json build/scaling.json] [--rounds 50]

writes a plot, ``scaling.png``, beside the JSON file (needs ``pip install
'sbnn-keras[plots]'``). Each series changes one thing about the layer of 64 -> 64
channels on 32x32 at 5 % connections, bits to bits; host times are medians of ``invoke``
for one sample, in turns. Whoever measures another kind of cost adds a ``Series``.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parent / "host"))

import models
import timing

from sbnn_converter.runtimes.native_log import captured_stderr


@dataclasses.dataclass(frozen=True)
class Series:
    """One curve.

    Attributes:
      name: ``scaling.NAME.VALUE`` are its keys.
      title: what changes, with its unit.
      unit: of the cost.
      values: where it is measured.
      measure: costs of all values, by value; takes the number of rounds.
    """

    name: str
    title: str
    unit: str
    values: tuple[int, ...]
    measure: Callable[[tuple[int, ...], int], dict[int, float]]


def _timed(make: Callable[[int], Callable[[], None]], samples: Callable[[int], int]):
    """Measures what ``make`` returns for each value, in ms for a sample."""

    def measure(values: tuple[int, ...], rounds: int) -> dict[int, float]:
        with captured_stderr():
            calls = {str(value): make(value) for value in values}
        found = timing.times(calls, rounds)
        return {value: found[str(value)] / samples(value) for value in values}

    return measure


def _one(_: int) -> int:
    return 1


HOST = [
    Series(
        "host.density",
        "connections, %",
        "ms",
        (1, 2, 5, 10, 20, 30, 50),
        _timed(lambda percent: timing.our_invoker(models.layer(percent / 100)), _one),
    ),
    Series(
        "host.channels",
        "channels",
        "ms",
        (16, 32, 64, 128, 256),
        _timed(lambda n: timing.our_invoker(models.layer(0.05, channels=n)), _one),
    ),
    Series(
        "host.size",
        "rows and columns",
        "ms",
        (4, 8, 16, 32, 64, 128),
        _timed(lambda n: timing.our_invoker(models.layer(0.05, size=n)), _one),
    ),
    Series(
        "host.threads",
        "threads (256x256)",
        "ms",
        (1, 2),
        _timed(lambda n: timing.our_invoker(models.layer(0.05, size=256), n), _one),
    ),
    Series(
        "host.batch_8x8",
        "batch (8x8), for a sample",
        "ms",
        (1, 2, 4, 8, 16, 32),
        _timed(lambda n: timing.our_invoker(models.layer(0.05, size=8), batch=n), lambda n: n),
    ),
]


def plot(series: list[Series], figures: dict[str, float], path: Path) -> None:
    """One small diagram a series."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(
        1,
        len(series),
        figsize=(3.2 * len(series), 3),
        squeeze=False,
        layout="constrained",
    )
    for ax, one in zip(axes[0], series, strict=True):
        costs = [figures[f"scaling.{one.name}.{value}"] for value in one.values]
        ax.plot(one.values, costs, "o-")
        ax.set_xscale("log", base=2)
        ax.set_yscale("log")
        ax.set_xticks(one.values, [str(v) for v in one.values])
        ax.minorticks_off()
        ax.set_xlabel(one.title)
        ax.set_ylabel(f"{one.name.split('.')[0]}, {one.unit}")
        ax.grid(alpha=0.3)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, default=Path("build/scaling.json"))
    parser.add_argument("--plot", type=Path, help="default: scaling.png beside the JSON")
    parser.add_argument("--rounds", type=int, default=50)
    args = parser.parse_args()
    figures: dict[str, float] = {}
    for series in HOST:
        found = series.measure(series.values, args.rounds)
        print(f"\n{series.title}")
        for value, cost in found.items():
            figures[f"scaling.{series.name}.{value}"] = cost
            print(f"{value:>8} {cost:12.4f} {series.unit}", flush=True)
    args.json.parent.mkdir(parents=True, exist_ok=True)
    args.json.write_text(json.dumps(figures, indent=2) + "\n")
    if importlib.util.find_spec("matplotlib") is None:
        print("matplotlib is not installed: no plot")
        return 0
    path = args.plot or args.json.parent / "scaling.png"
    plot(HOST, figures, path)
    print(f"\nwrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
