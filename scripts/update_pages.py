"""Run the Python blocks of README.md and docs/*.md in order; write what each prints behind it.

python scripts/update_pages.py [--check] [PAGE ...]
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src")]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(
    r"```python\n(.*?)\n```(?:((?:\n\n</td></tr>\n</table>)?\n\n)```text\n(.*?)```)?", re.S
)


def updated(text: str, name: str) -> str:
    """The text with fresh outputs. All blocks share one namespace and a temporary folder."""
    namespace: dict[str, object] = {"__name__": "__main__"}

    def run(match: re.Match[str]) -> str:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(match.group(1), name, "exec", dont_inherit=True), namespace)
        block = f"```python\n{match.group(1)}\n```"
        if match.group(3) is None:
            return block
        return f"{block}{match.group(2)}```text\n{printed.getvalue().rstrip()}\n```"

    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        try:
            return BLOCK.sub(run, text)
        finally:
            if pyplot := sys.modules.get("matplotlib.pyplot"):
                pyplot.close("all")  # it warns of more than twenty figures


def main() -> None:
    given = [Path(name).resolve() for name in sys.argv[1:] if not name.startswith("-")]
    for page in given or PAGES:
        before = page.read_text(encoding="utf-8")
        after = updated(before, page.name)
        if "--check" in sys.argv and before != after:
            what = f"{page.name} does not show what its code prints"
            raise SystemExit(f"{what}: run scripts/update_pages.py")
        page.write_text(after, encoding="utf-8")


if __name__ == "__main__":
    os.environ.setdefault("COLUMNS", "100")
    main()
