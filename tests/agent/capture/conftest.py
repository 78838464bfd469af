"""Webcams that a test can break; there are none but under a kernel with test webcams."""

from collections.abc import Iterator

import pytest

from .webcams import LoopbackRig, VividRig, device_of


@pytest.fixture
def vivid() -> Iterator[VividRig]:
    """The kernel's virtual webcam, in good health before and after."""
    rig = VividRig()
    yield rig
    rig.mend()
    rig.thaw()


@pytest.fixture
def loopback() -> Iterator[LoopbackRig]:
    """A webcam that is switched on and whose JPEGs a test writes."""
    path = device_of("v4l2 loopback")
    assert path is not None
    rig = LoopbackRig(path)
    with rig.writing():
        yield rig
