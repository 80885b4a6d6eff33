"""Dialects turn a program into text. They know no numbers and no arrays; one file a dialect."""
