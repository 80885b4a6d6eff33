"""Print a command of the README, so that continuous integration runs what a reader would type.

python scripts/readme_command.py train|test
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"


def command(kind: str) -> str:
    """The shell block that is marked with this kind."""
    found = re.search(
        rf"<!-- {kind} -->\s*```sh\n(.*?)\n```", README.read_text(encoding="utf-8"), re.S
    )
    if found is None:
        raise SystemExit(f"README.md has no shell block marked {kind}")
    return found.group(1)


if __name__ == "__main__":
    print(command(sys.argv[1]))
