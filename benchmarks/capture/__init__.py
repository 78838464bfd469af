"""What capturing costs: passing JPEGs on, looking at them, and the memory of the whole agent."""
