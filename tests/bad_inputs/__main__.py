"""Put the present messages into the document; review the difference like code."""

from __future__ import annotations

import contextlib
import tempfile

from . import FILES, rewritten

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for file in FILES:
            file.write_text(rewritten(file.read_text(encoding="utf-8")), encoding="utf-8")
