"""Notebooks as pages of the site, with the outputs that are stored in them."""

import json
import re
from pathlib import Path

from mkdocs.structure.files import File, Files


def on_files(files: Files, config) -> Files:
    """Puts a page in the place of each notebook."""
    for file in [file for file in files if file.src_uri.endswith(".ipynb")]:
        notebook = json.loads(Path(file.abs_src_path).read_text("utf-8"))
        files.remove(file)
        page = file.src_uri.removesuffix(".ipynb") + ".md"
        files.append(File.generated(config, page, content=as_markdown(notebook)))
    return files


def as_markdown(notebook: dict) -> str:
    """The text of a notebook in version 4 of its format, with its code and outputs."""
    parts = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
        elif source:
            parts.append(_block(source, "python"))
            parts += [_output(output) for output in cell["outputs"]]
    return "\n\n".join(parts) + "\n"


def _output(output: dict) -> str:
    if output["output_type"] == "stream":
        return _printed("".join(output["text"]))
    data = output.get("data", {})
    if "text/html" in data:
        return f'<div class="output">{_one_line("".join(data["text/html"]))}</div>'
    return _printed("".join(data["text/plain"]))


def _printed(text: str) -> str:
    return f'<div class="output" markdown>\n\n{_block(text.rstrip(), "text")}\n\n</div>'


def _one_line(html: str) -> str:
    """HTML that no line of looks like Markdown."""
    return re.sub(r"\s*\n\s*", " ", html).strip()


def _block(text: str, language: str) -> str:
    fence = "`" * max([3, *(len(ticks) + 1 for ticks in re.findall(r"`{3,}", text))])
    return f"{fence}{language}\n{text}\n{fence}"
