"""How a picture is shown, as the one number that a reel keeps of it."""

from pi_agent.frames import PictureView

_FLAGS = ("flip_horizontal", "flip_vertical", "timestamp_overlay")


def view_code(view: PictureView) -> int:
    """The number for a view; 0 is the plain one."""
    if view.is_plain:
        return 0
    flags = [1 << bit for bit, name in enumerate(_FLAGS) if getattr(view, name)]
    return view.rotation // 90 | sum(flags) << 2


def view_of(code: int) -> PictureView:
    """The view for a number that `view_code` gave."""
    flags = {name: bool(code >> 2 + bit & 1) for bit, name in enumerate(_FLAGS)}
    return PictureView(rotation=(code & 3) * 90, **flags)
