"""Where Home Assistant looks for integrations; a package for the tests' sake."""
