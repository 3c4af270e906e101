"""Runs the notebooks of this folder and stores what they print.

    python docs/tutorials/execute.py          # all of them
    python docs/tutorials/execute.py train    # one

Stored are printed lines and tables, not what libraries write to standard error, and nothing of
the machine. `tests/docs/test_tutorials.py` runs them and finds the same words, other figures
aside.
"""

import os
import sys
from pathlib import Path

import nbclient
import nbformat

FOLDER = Path(__file__).parent
_LANGUAGE = {"name": "python"}
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def names() -> list[str]:
    """The notebooks, without their endings."""
    return sorted(path.stem for path in FOLDER.glob("*.ipynb"))


def read(name: str) -> nbformat.NotebookNode:
    """A notebook as it is stored."""
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def executed(name: str) -> nbformat.NotebookNode:
    """A notebook with the outputs of a run in a process of its own.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell fails.
    """
    notebook = read(name)
    notebook.metadata = {"kernelspec": _KERNEL, "language_info": _LANGUAGE}
    client = nbclient.NotebookClient(
        notebook, timeout=600, resources={"metadata": {"path": str(FOLDER)}}
    )
    # Tables as wide as a notebook shows them, not as the terminal that this runs in.
    client.execute(env={k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")})
    notebook.metadata = {"kernelspec": _KERNEL, "language_info": _LANGUAGE}
    for cell in notebook.cells:
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.outputs = [_plain(output) for output in cell.outputs if not _is_noise(output)]
    return notebook


def _is_noise(output) -> bool:
    return output.output_type == "stream" and output.name == "stderr"


def _plain(output):
    output.pop("execution_count", None)
    if output.output_type == "execute_result":
        output = nbformat.v4.new_output("display_data", data=output.data)
    return output


def main(wanted: list[str]) -> None:
    """Runs notebooks and writes them."""
    for name in wanted or names():
        print(f"running {name}.ipynb")
        nbformat.write(executed(name), FOLDER / f"{name}.ipynb")


if __name__ == "__main__":
    main(sys.argv[1:])
