"""The version, in one place: the build, the printed programs and model files read it."""

__version__ = "0.1.0"
