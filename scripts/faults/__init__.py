"""What goes wrong in a home, done on purpose: to both real programs, on networks of their own."""
