"""What goes wrong on the stage."""


class StageError(Exception):
    """Something did not happen as it should; the text says what, to the one who started it."""
