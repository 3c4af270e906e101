"""Runs all benchmarks and gathers their figures in one file.

    python benchmarks/bench.py [--out build/bench.json]

Each benchmark is a program of its own and prints its table. Figures are instruction
counts on emulated cores, which repeat exactly, or ratios of times within one run;
times by themselves depend on the machine.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
# Program and the flag that names its JSON file.
BENCHMARKS = [
    ("mcu/run.py", "--json"),
    ("mcu/standalone.py", "--json"),
    ("host/run.py", "--json"),
    ("scaling.py", "--json"),
    ("training_step.py", "--out"),
    ("conversion.py", "--json"),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"))
    out = parser.parse_args().out
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for program, flag in BENCHMARKS:
            print(f"\n== benchmarks/{program}", flush=True)
            result = Path(folder) / "result.json"
            subprocess.run([sys.executable, HERE / program, flag, result], check=True)
            figures.update(json.loads(result.read_text()))
            result.unlink()
        out.parent.mkdir(parents=True, exist_ok=True)
        for plot in Path(folder).glob("*.png"):
            shutil.move(plot, out.parent / plot.name)
    out.write_text(json.dumps(figures, indent=2) + "\n")
    print(f"\nwrote {out}")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"bench.py: {error.cmd[1]} failed with status {error.returncode}")
