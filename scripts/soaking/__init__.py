"""A day of the agent's life in less time: what it holds at the end must be what it held before."""
