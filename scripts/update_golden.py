"""Write tests/golden anew from the programs as they are printed now.

Run it as ``python scripts/update_golden.py`` after a change that is meant to change programs, and
read the difference before you commit it: these files are what users see.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.dialects.golden_networks import FOLDER, golden_files  # noqa: E402


def update_golden() -> list[str]:
    """Write what has changed, take away what is no golden network any more; what was done."""
    files, done = golden_files(), []
    for path, text in files.items():
        if not path.exists() or path.read_text(encoding="ascii") != text:
            path.write_text(text, encoding="ascii")
            done.append(f"written: {path.name}")
    for path in sorted(FOLDER.glob("*.py")):
        if path not in files:
            path.unlink()
            done.append(f"removed: {path.name}")
    return done


if __name__ == "__main__":
    print("\n".join(update_golden()) or "nothing has changed")
