"""Draw the pictures of docs/pictures.md by the code that stands over each.

The blocks of the page run in order. A picture ``![...](pictures/NAME.png)`` behind a block, before
the next one, is the figure of ``display`` as the block left it.

python scripts/update_pictures.py [NAME ...]
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src")]
PAGE = ROOT / "docs" / "pictures.md"
BLOCK = re.compile(r"```python\n(.*?)\n```(.*?)(?=```python|\Z)", re.S)
PICTURE = re.compile(r"!\[[^\]]*\]\((pictures/[^)]+)\)")


def main(names: list[str]) -> None:
    """Run every block; save the pictures of these names, or all."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for code, behind in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(code, PAGE.name, "exec", dont_inherit=True), namespace)
            for link in PICTURE.findall(behind):
                path = PAGE.parent / link
                if not names or path.stem in names:
                    save(namespace["display"].figure_, path)


def save(figure: Any, path: Path) -> None:
    """A PNG of 256 colours, or an SVG without a date: equal pictures are equal files."""
    import matplotlib
    from PIL import Image

    path.parent.mkdir(exist_ok=True)
    if path.suffix == ".svg":
        with matplotlib.rc_context({"svg.hashsalt": path.stem}):
            figure.savefig(path, metadata={"Date": None})
    else:
        whole = io.BytesIO()
        figure.savefig(whole, dpi=120)
        Image.open(whole).convert("RGB").quantize(256).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    os.environ["MPLBACKEND"] = "agg"
    main(sys.argv[1:])
