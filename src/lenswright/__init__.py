"""Lenswright: a self-hosted image classifier that measures a model before it may serve."""

__version__ = "0.1.0"
