"""From frames to clips: the ring of the last seconds, reels on the disk, MP4 files made of them.

The process that makes a clip starts from this package as well and must stay small: nothing is
imported here, so take each part from its own module.
"""

__all__: tuple[str, ...] = ()
