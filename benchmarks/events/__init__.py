"""What it costs to keep events: `python -m benchmarks.events`."""
