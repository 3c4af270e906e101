"""The notebooks of docs/tutorials run, and what is stored in them is what they print."""

import importlib.util
import re
import shutil

import pytest

from pages import DOCS

pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
_SPEC = importlib.util.spec_from_file_location("execute", DOCS / "tutorials" / "execute.py")
execute = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(execute)

_FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")
_RULE = re.compile(r"[-─━]{2,}")
_EMULATED = all(map(shutil.which, ("arm-none-eabi-gcc", "qemu-system-arm")))


def outputs(notebook) -> list[str]:
    """All that the cells show, as text and as HTML, on one line each."""
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    texts = []
    for output in shown:
        texts += (
            [output.text] if "text" in output else [output.data[k] for k in sorted(output.data)]
        )
    return [" ".join(text.split()) for text in texts]


def words(text: str) -> str:
    return " ".join(_RULE.sub("", _FIGURE.sub("#", text)).split())


def figures(text: str) -> list[float]:
    return [float(figure.replace(",", "")) for figure in _FIGURE.findall(text)]


@pytest.mark.parametrize("name", execute.names())
def test_a_notebook_runs_and_says_what_it_promises(name):
    if name == "board" and not _EMULATED:
        pytest.skip("not installed: arm-none-eabi-gcc, qemu-system-arm")
    stored = outputs(execute.read(name))
    found = outputs(execute.executed(name))
    assert [words(text) for text in found] == [words(text) for text in stored]
    if name == "train":  # of a training on another processor only the outcome is alike
        *_, last = [text for text in found if text.startswith("epoch")]
        assert figures(last)[-1] > 60
        return
    for text, promised in zip(found, stored):
        for figure, wanted in zip(figures(text), figures(promised), strict=True):
            # Networks that other processors train hold other weights in each layer.
            assert figure == pytest.approx(wanted, rel=0.3, abs=5), text


@pytest.mark.parametrize("name", execute.names())
def test_a_notebook_is_small_and_tells_nothing_of_a_machine(name):
    text = (DOCS / "tutorials" / f"{name}.ipynb").read_text()
    assert len(text) < 40_000
    assert "stderr" not in text and "image/png" not in text and "/home/" not in text
    assert str(DOCS.parent) not in text
