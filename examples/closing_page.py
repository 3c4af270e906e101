"""The page that an example ends with: figures, files, and what to type next.

TFLM is TensorFlow Lite Micro.
"""

import os
import shlex
import shutil
import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

_ROWS = (
    ("accuracy", lambda f: f"{f['accuracy']:.2%}"),
    ("file, bytes", lambda f: f"{f['bytes']:,}"),
    ("arena in TFLM, 64-bit host", lambda f: _count(f["arena_bytes"])),
    ("Cortex-M4 instructions", lambda f: _count(f["instructions"], f["estimated"])),
    ("bits a weight", lambda f: f"{f['bits_a_weight']:.3g}"),
)


def show(result: dict, out: Path) -> None:
    """Prints the page, in at most 80 columns.

    Args:
      result: as from `support.convert_and_check`; its `networks` are the columns.
      out: folder of the files.
    """
    console = Console(highlight=False)
    console = Console(highlight=False, width=min(80, console.width))
    networks = result["networks"]
    console.print()
    console.rule(f"[bold]{result['test_images']:,} test images, seed {result['seed']}")
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="bold")
    table.add_column("")
    for name in networks:
        table.add_column(name, justify="right")
    for title, cell in _ROWS:
        table.add_row(title, *(cell(figures) for figures in networks.values()))
    console.print(table)
    for note in _notes(result):
        console.print(note, style="dim", markup=False)
    console.print()
    console.print(_agreement(result))
    console.print(f"\n[bold]Files[/] in {escape(str(out))}/", soft_wrap=True)
    _pairs(console, [(f, what) for f, what in _FILES if (out / f).exists()])
    console.print("\n[bold]Next[/]")
    for what, command in _commands(out):
        console.print(f"  {what}")
        console.print(f"    {command}", style="green", markup=False, soft_wrap=True)


_FILES = (
    ("model.h5", "the trained network, for Keras"),
    ("model.tflite", "converted, with float inputs and outputs"),
    ("model_int8.tflite", "converted, in int8 but for the softmax"),
    ("bnn.tflite", "in int8, too, as is int8.tflite; and float32.tflite"),
    ("report.html", "what each layer costs; open it in a browser"),
    ("result.json", "all figures and settings"),
)


def _commands(out: Path) -> list[tuple[str, str]]:
    commands = {
        "what the network holds, layer by layer:": (
            _program("sbnn-inspect"),
            out / "model_int8.tflite",
        ),
        "the network as C99 for your firmware (--micro_dir for TFLM):": (
            _program("sbnn-convert"),
            out / "model.h5",
            "--verify",
            100,
            "--c_dir",
            out / "c",
        ),
        "the flags, for data and networks of your own:": (
            _program("python"),
            os.path.relpath(sys.argv[0]),
            "--help",
        ),
    }
    return [(what, shlex.join(map(str, words))) for what, words in commands.items()]


def _program(name: str) -> str:
    """How to call a program that is installed beside this Python."""
    own = Path(sys.executable).parent / name
    found = shutil.which(name)
    if found and Path(found).parent == own.parent:
        return name
    inside = Path.cwd() in own.parents
    return str(own.relative_to(Path.cwd()) if inside else own)


def _notes(result: dict) -> list[str]:
    networks = result["networks"].values()
    known = [figures for figures in networks if figures["instructions"]]
    counted = [figures for figures in known if not figures["estimated"]]
    notes = []
    if len(counted) == len(known):
        notes.append("instructions: counted in QEMU")
    elif counted:
        notes.append("~ estimated by its multiplications in CMSIS-NN; others: counted in QEMU")
    else:
        notes.append("~ estimated; 'make cross-tools' lets QEMU count the binary networks")
    if any(figures["arena_bytes"] is None for figures in networks):
        notes.append("TFLM is not installed: pip install 'sbnn-keras[micro]'")
    return notes


def _agreement(result: dict) -> str:
    parts = [f"{result['keras_and_tflite_differ']} of {result['test_images']:,} in TFLite"]
    if result["keras_and_tflm_differ"] is not None:
        parts.append(f"{result['keras_and_tflm_differ']} of {result['tflm_images']:,} in TFLM")
    return (
        f"model.tflite: accuracy {result['accuracy_tflite']:.2%}, in Keras "
        f"{result['accuracy_keras']:.2%}\n"
        f"predictions other than Keras's: {', '.join(parts)}"
    )


def _pairs(console: Console, rows) -> None:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, what in rows:
        table.add_row(f"  {name}", what)
    console.print(table)


def _count(number: int | None, estimated: bool = False) -> str:
    if number is None:
        return "-"
    return f"{'~' if estimated else ''}{number:,}"
