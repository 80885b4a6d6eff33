"""Engines load a printed program and run it over batches."""
