"""Our kernels on this machine against TFLite with XNNPACK and Larq Compute Engine.

    python benchmarks/host/run.py [--json build/host.json] [--rounds 100]

One thread, one process, in turns, ``invoke`` alone timed; medians. Times belong to the
machine, ratios are what to look at: ours / theirs. Larq Compute Engine takes part where
it is installed (``pip install 'sbnn-keras[compare]'``).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import models
import timing

from sbnn_converter.runtimes.native_log import captured_stderr

CONNECTIONS = (10, 5, 2)  # percent, of the layer
# The network with weights 0 and 1 on bits, and with -1, 0 and +1 on two bits.
BITS, SIGNED = "binarynet_half_5", "binarynet_half_signed_5"
BATCH = 64
BATCHED, THREADED = f"{BITS}_batch{BATCH}", f"{BITS}_batch{BATCH}_two_threads"
RATIOS = {
    "xnnpack_int8": "ratio_vs_xnnpack_int8",
    "xnnpack_float": "ratio_vs_xnnpack_float",
    "lce": "ratio_vs_lce",
}


def compare(ours: dict[str, bytes], peers: dict, rounds: int) -> dict[str, dict[str, float]]:
    """Times of ``ours``, by case, and of the peers that all cases share."""
    calls = {name: timing.our_invoker(model) for name, model in ours.items()}
    with captured_stderr():
        calls.update({name: make() for name, make in peers.items()})
    found = timing.times(calls, rounds)
    figures = {}
    for case in ours:
        row = {"sbnn_ms": found[case]}
        for peer in peers:
            row[f"{peer}_ms"] = found[peer]
            row[RATIOS[peer]] = found[case] / found[peer]
        figures[case] = row
    return figures


def compare_batches(model: bytes, int8: bytes, rounds: int) -> dict[str, float]:
    """A batch at once: against XNNPACK, and by two threads against one."""
    calls = {
        BATCHED: timing.our_invoker(model, batch=BATCH),
        THREADED: timing.our_invoker(model, num_threads=2, batch=BATCH),
    }
    with captured_stderr():
        calls["int8"] = timing.tflite_invoker(int8, BATCH)
    found = timing.times(calls, rounds)
    return {
        "sbnn_ms": found[BATCHED],
        "xnnpack_int8_ms": found["int8"],
        RATIOS["xnnpack_int8"]: found[BATCHED] / found["int8"],
        "two_threads_ratio": found[THREADED] / found[BATCHED],
    }


def measure(rounds: int) -> dict[str, float]:
    """All figures by their keys."""
    has_lce = importlib.util.find_spec("larq_compute_engine") is not None
    if not has_lce:
        print("larq_compute_engine is not installed: its columns are left out")
    print("converting the layer", flush=True)
    with captured_stderr():
        layers = {f"conv_64x64_32x32_{c}": models.layer(c / 100) for c in CONNECTIONS}
        layer_int8, layer_float = models.float_layer(True), models.float_layer(False)
        layer_lce = models.larq_layer() if has_lce else None
    print("converting the network", flush=True)
    with captured_stderr():
        nets = {BITS: models.network(0.05), SIGNED: models.network(0.05, signed=True)}
        net_int8, net_float = models.float_network(True), models.float_network(False)
        net_lce = models.larq_network() if has_lce else None

    def peers(int8: bytes, floats: bytes, lce: bytes | None) -> dict:
        out = {
            "xnnpack_int8": lambda: timing.tflite_invoker(int8),
            "xnnpack_float": lambda: timing.tflite_invoker(floats),
        }
        if lce is not None:
            out["lce"] = lambda: timing.larq_invoker(lce)
        return out

    print("measuring", flush=True)
    table = compare(layers, peers(layer_int8, layer_float, layer_lce), rounds)
    table.update(compare(nets, peers(net_int8, net_float, net_lce), rounds))
    table[SIGNED]["ratio_vs_bits"] = table[SIGNED]["sbnn_ms"] / table[BITS]["sbnn_ms"]
    table[BATCHED] = compare_batches(nets[BITS], net_int8, max(5, rounds // 10))
    return {
        f"host.{case}.{key}": value for case, row in table.items() for key, value in row.items()
    }


def show(figures: dict[str, float]) -> None:
    columns = [
        "sbnn_ms",
        "xnnpack_int8_ms",
        "xnnpack_float_ms",
        "lce_ms",
        "ratio_vs_xnnpack_int8",
        "ratio_vs_lce",
    ]
    titles = ["ms", "XNNPACK int8", "XNNPACK float", "LCE", "int8 / ours", "LCE / ours"]
    cases = list(dict.fromkeys(key.split(".")[1] for key in figures))
    print(f"{'':24}" + "".join(f"{title:>15}" for title in titles))
    for case in cases:
        cells = []
        for column in columns:
            value = figures.get(f"host.{case}.{column}")
            if value is None:
                cells.append("-")
            elif column.startswith("ratio"):
                cells.append(f"{1 / value:.1f}x")
            else:
                cells.append(f"{value:.4f}")
        print(f"{case:24}" + "".join(f"{cell:>15}" for cell in cells))
    threads = figures[f"host.{BATCHED}.two_threads_ratio"]
    print(f"{BATCHED}, two threads / one: {threads:.2f} (of an idle machine only)")
    print(f"{SIGNED} / {BITS}: {figures[f'host.{SIGNED}.ratio_vs_bits']:.2f}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--rounds", type=int, default=100)
    args = parser.parse_args()
    figures = measure(args.rounds)
    show(figures)
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
