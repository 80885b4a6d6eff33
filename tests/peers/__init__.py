"""Comparisons with other libraries: live, or with recorded numbers."""
