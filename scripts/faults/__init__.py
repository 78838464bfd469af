"""What goes wrong in a home, done on purpose: to both real programs, on 127.0.0.1 alone."""
