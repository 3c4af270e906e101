"""Which releases of Python, TensorFlow, Keras and the runtimes the package works with: a table.

    python tests/compatibility/environments.py build/compatibility

makes one environment after another in the folder, installs a wheel of this tree with what the
row says, runs `in_environment.py` there and removes the environment. "oldest" is what the lower
bounds of `pyproject.toml` allow, "newest" is what pip takes by itself. Pythons are those that
are found as python3.10 and so on; the others are named. An environment takes 2.5 GB while it
stands and some minutes. The table is Markdown, on standard output; `table.json` in the folder
holds the same and more, row by row as they end, and rows that worked are not tried again.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
CHECK = Path(__file__).with_name("in_environment.py")
PYTHONS = ["3.10", "3.11", "3.12", "3.13"]
DISTRIBUTIONS = {"sbnn-keras": ".", "sbnn-keras3": "keras3"}
BETWEEN = ["2.17", "2.18", "2.19", "2.20"]  # TensorFlow, between oldest and newest
COLUMNS = {
    "TensorFlow": "tensorflow",
    "tf_keras": "tf_keras",
    "Keras": "keras",
    "Larq": "larq",
    "tflite-runtime": "tflite-runtime",
    "LiteRT": "ai-edge-litert",
    "NumPy": "numpy",
}


@dataclass(frozen=True)
class Row:
    """An environment to try.

    Attributes:
      python: as in 3.11.
      distribution: which of the two is installed.
      releases: oldest, newest, or a release of TensorFlow as in 2.18.
    """

    python: str
    distribution: str
    releases: str

    @property
    def title(self) -> str:
        releases = self.releases
        return releases if releases[0].isalpha() else f"TensorFlow {releases}"

    @property
    def keras(self) -> str:
        """Keras 2 where it is to be had: its releases want NumPy 1, which Python 3.13 has not."""
        return "2" if self.distribution == "sbnn-keras" and self.python != "3.13" else "3"


def rows() -> Iterator[Row]:
    for distribution in DISTRIBUTIONS:
        yield Row(PYTHONS[0], distribution, "oldest")
    for python in reversed(PYTHONS):
        for distribution in DISTRIBUTIONS:
            yield Row(python, distribution, "newest")
    for release in BETWEEN:
        yield Row("3.11", "sbnn-keras", release)


def find_python(version: str) -> str | None:
    """The interpreter of that version, if there is one that runs."""
    for name in (f"python{version}", sys.executable):
        path = shutil.which(name)
        code = "import sys; print('{}.{}'.format(*sys.version_info))"
        found = path and subprocess.run([path, "-c", code], capture_output=True, text=True)
        if found and found.stdout.strip() == version:
            return path
    return None


def constraints(wheel_requires: list[str], row: Row) -> list[str]:
    """What pip is told beside the wheel."""
    if row.releases == "newest":
        return []
    if row.releases != "oldest":
        return [f"tensorflow=={row.releases}.*"]
    marker = {"python_version": row.python, "sys_platform": "linux", "extra": ""}
    found = []
    for requirement in map(Requirement, wheel_requires):
        if requirement.marker is None or requirement.marker.evaluate(marker):
            lowest = [s.version for s in requirement.specifier if s.operator in (">=", "==")]
            found += [f"{requirement.name}=={version}.*" for version in lowest]
    return found


def requires(wheel: Path) -> list[str]:
    """What the wheel's metadata wants, a line each."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith(".dist-info/METADATA")]
        text = archive.read(name).decode().partition("\n\n")[0]
    return re.findall(r"^Requires-Dist: (.*)$", text, re.MULTILINE)


def build(folder: Path, distribution: str) -> Path:
    """A wheel of this tree; one serves every Python."""
    name = distribution.replace("-", "_")
    if not (found := sorted(folder.glob(f"{name}-*.whl"))):
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
        command += ["--wheel-dir", str(folder), "./" + DISTRIBUTIONS[distribution]]
        subprocess.run(command, cwd=ROOT, check=True)
        found = sorted(folder.glob(f"{name}-*.whl"))
    return found[-1]


def try_row(folder: Path, row: Row, python: str) -> dict:
    """Makes the environment, checks in it and removes it."""
    wheel = build(folder / "wheels", row.distribution)
    environment = folder / "environment"
    shutil.rmtree(environment, ignore_errors=True)
    bounds = folder / "constraints.txt"
    bounds.write_text("\n".join([*constraints(requires(wheel), row), ""]))
    interpreter = environment / "bin" / "python"
    pip = [interpreter, "-m", "pip", "install", "--disable-pip-version-check"]
    pip += ["--no-compile", "--cache-dir", folder / "cache"]
    try:
        subprocess.run([python, "-m", "venv", environment], check=True)
        command = [*pip, "--constraint", bounds, f"{wheel}[micro]"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            said = [*done.stdout.splitlines()[-12:], *done.stderr.splitlines()[-4:]]
            return {"result": "cannot be installed", "log": "\n".join(said)}
        done = subprocess.run(
            [interpreter, CHECK, row.keras],
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            return {"result": "fails", "log": done.stderr[-4000:]}
        return {"result": "works", **json.loads(done.stdout.splitlines()[-1])}
    finally:
        shutil.rmtree(environment, ignore_errors=True)


def table(results: dict[Row, dict]) -> Iterator[str]:
    """Lines of Markdown."""
    head = ["Python", "installed", "releases", *COLUMNS, "result"]
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join(['---'] * len(head))} |"
    for row, result in results.items():
        versions = result.get("versions", {})
        cells = [versions.get("python", row.python), row.distribution, row.title]
        cells += [versions.get(name, "") for name in COLUMNS.values()]
        yield f"| {' | '.join([*cells, result['result']])} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where environments stand, and table.json stays")
    parser.add_argument("--python", action="append", help="of these alone, as in 3.11")
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    (folder / "wheels").mkdir(parents=True, exist_ok=True)
    stored = folder / "table.json"
    done = json.loads(stored.read_text()) if stored.exists() else []
    results = {Row(**result["row"]): result for result in done if result["result"] == "works"}
    pythons = {version: find_python(version) for version in arguments.python or PYTHONS}
    for row in rows():
        if row in results or not pythons.get(row.python):
            continue
        print(f"{row.distribution}, Python {row.python}, {row.title}", file=sys.stderr, flush=True)
        results[row] = result = {
            "row": asdict(row),
            **try_row(folder, row, pythons[row.python]),
        }
        stored.write_text(json.dumps(list(results.values()), indent=2) + "\n")
        print(f"  {result['result']}\n{result.get('log', '')}", file=sys.stderr, flush=True)
    results = {row: results[row] for row in rows() if row in results}
    for name in ("wheels", "cache"):
        shutil.rmtree(folder / name, ignore_errors=True)
    print("\n".join(table(results)))
    for version in (version for version, path in pythons.items() if path is None):
        print(f"\nPython {version} was not found: not tried.")
    return int(any(result["result"] != "works" for result in results.values()))


if __name__ == "__main__":
    sys.exit(main())
