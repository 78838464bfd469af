"""What a delivered frame costs Home Assistant: one upstream for all, or its own proxy helper."""
