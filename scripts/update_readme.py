"""Run the README's Python blocks in order and write what each prints into the block behind it.

python scripts/update_readme.py [--check]
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import tempfile
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"
BLOCK = re.compile(r"```python\n(.*?)\n```(?:\n\n```text\n(.*?)\n```)?", re.S)


def updated(text: str) -> str:
    """The text with fresh outputs. All blocks share one namespace and a temporary folder."""
    namespace: dict[str, object] = {"__name__": "__main__"}

    def run(match: re.Match[str]) -> str:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(match.group(1), "README.md", "exec", dont_inherit=True), namespace)
        block = f"```python\n{match.group(1)}\n```"
        if match.group(2) is None:
            return block
        return f"{block}\n\n```text\n{printed.getvalue().rstrip()}\n```"

    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        return BLOCK.sub(run, text)


def main() -> None:
    before = README.read_text(encoding="utf-8")
    after = updated(before)
    if "--check" in sys.argv and before != after:
        raise SystemExit(
            "README.md does not show what its code prints: run scripts/update_readme.py"
        )
    README.write_text(after, encoding="utf-8")


if __name__ == "__main__":
    os.environ.setdefault("COLUMNS", "100")
    main()
