"""Servers to measure, each a program of its own: `python -m … FPS JPEG…` prints how to reach it."""
