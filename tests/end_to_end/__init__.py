"""The whole chain, as a user meets it: real programs, a real browser, real clicks.

Needs `.venv` (Python 3.14) and Chromium, and takes some minutes. Runs together with all other
tests or alone: `.venv/bin/python -m pytest tests/end_to_end`. Screenshots of every station, and
the logs of both programs, are left in `build/end_to_end/`.

Besides the built-in scene a recording of a real camera is used where it is present: in the folder
that PMC_VIDEOS names, else in `../shared/videos` beside the checkout.
"""
