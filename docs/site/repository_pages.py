"""README.md and its like as pages of the site, and links that hold on a code host and on the site.

Pages link to files as they lie in the repository, `../SECURITY.md` or `../examples/digits.py`.
On the site the first is a page made of that file, the second one that shows the source. Nothing
is copied by hand, and a link to a file that there is not stays as it is, which `--strict` refuses.
"""

import posixpath
import re
from pathlib import Path

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[2]
DOCS = "docs"
#: File of the repository -> its page.
PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
}
_ORIGINS = {page: file for file, page in PAGES.items()}
_LANGUAGES = {".c": "c", ".cc": "cpp", ".cpp": "cpp", ".h": "c", ".py": "python"}
# Code, in blocks and in lines, holds no links.
_CODE = re.compile(r"(^ *```.*?^ *```$|`[^`\n]+`(?!\]))", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"<code>(?P<file>[\w/.-]+\.(?:md|ipynb))</code>(?!</a>)")
_LINK = re.compile(r"(?P<head>\]\()(?P<target>[^)\s#]+)(?P<anchor>#[^)\s]*)?(?P<end>\))")


def on_files(files: Files, config) -> Files:
    """Adds pages made of the repository's files, and of sources that a page links to."""
    for file, page in PAGES.items():
        files.append(File.generated(config, page, content=(ROOT / file).read_text("utf-8")))
    sources = {
        linked
        for file in list(files.documentation_pages())
        for linked in _linked_files(file.content_string, file.src_uri)
        if linked not in PAGES and not linked.startswith(f"{DOCS}/")
    }
    for source in sorted(sources):
        page = File.generated(config, _source_page(source), content=_shown(source))
        page.inclusion = page.inclusion.NOT_IN_NAV
        files.append(page)
    return files


def on_page_markdown(markdown: str, page, config, files) -> str:
    """The page with its links leading to pages of the site."""
    folder = posixpath.dirname(page.file.src_uri) or "."

    def led(link: re.Match) -> str:
        file = _file_of(link["target"], page.file.src_uri)
        if file is None:
            return link[0]
        there = posixpath.relpath(page_of(file), folder)
        return f"{link['head']}{there}{link['anchor'] or ''}{link['end']}"

    parts = _CODE.split(markdown)
    return "".join(part if i % 2 else _LINK.sub(led, part) for i, part in enumerate(parts))


def on_page_content(html: str, page, config, files) -> str:
    """What the page names as files, `docs/tflm.md` or `tflm.md`, as links."""

    def linked(name: re.Match) -> str:
        for file in (name["file"], f"{DOCS}/{name['file']}"):
            there = files.get_file_from_path(page_of(file))
            if there is not None and there != page.file:
                return f'<a href="{there.url_relative_to(page.file)}">{name[0]}</a>'
        return name[0]

    return _NAMED.sub(linked, html)


def page_of(file: str) -> str:
    """The page or picture of the site that shows a file of the repository."""
    if file in PAGES:
        return PAGES[file]
    if file.startswith(f"{DOCS}/"):
        return re.sub(r"\.ipynb$", ".md", file.removeprefix(f"{DOCS}/"))
    return _source_page(file)


def _linked_files(markdown: str, page: str) -> list[str]:
    text = "".join(_CODE.split(markdown)[::2])
    found = [_file_of(link["target"], page) for link in _LINK.finditer(text)]
    return [file for file in found if file]


def _file_of(target: str, page: str) -> str | None:
    """The file of the repository that a page links to; None: something else."""
    if "://" in target or target.startswith(("mailto:", "/")):
        return None
    origin = _ORIGINS.get(page, f"{DOCS}/{page}")
    file = posixpath.normpath(posixpath.join(posixpath.dirname(origin), target))
    return file if (ROOT / file).is_file() else None


def _source_page(file: str) -> str:
    return f"sources/{file}.md"


def _shown(file: str) -> str:
    language = _LANGUAGES.get(posixpath.splitext(file)[1], "text")
    text = (ROOT / file).read_text("utf-8").rstrip("\n")
    return f"# {file}\n\n````{language}\n{text}\n````\n"
