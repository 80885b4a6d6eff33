"""Comparisons with other libraries: live where they are installed, with recorded numbers elsewhere."""
