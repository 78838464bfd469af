"""Rain, snow and gusts: how many things appear out of nowhere."""

_SECONDS = 3.0  # that it is averaged over
_HALVING = 1.0  # new things a look, at which it proves half as much


class Clutter:
    """Tells how much one look may prove, in a picture in which so much comes and goes.

    The more appears from nowhere, the more often something is by chance where something just was.
    """

    def __init__(self) -> None:
        self._new_things = 0.0
        self._looks = 0

    @property
    def trust(self) -> float:
        """The share of its usual weight that a look may have, above 0 to 1."""
        return _HALVING / (_HALVING + self._new_things)

    def note(self, new_things: int, seconds: float) -> None:
        """Take a look, so many seconds after the last, in which so many things were new."""
        self._looks += 1
        rate = max(min(1.0, seconds / _SECONDS), 1 / (self._looks + 1))
        self._new_things += rate * (new_things - self._new_things)
