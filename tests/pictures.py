"""Pictures that tests make and look at."""

import cv2
import numpy as np
from numpy.typing import NDArray


def decoded(jpeg: bytes) -> NDArray[np.uint8]:
    """The BGR pixels of a JPEG, which must be one."""
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None, "not a JPEG"
    return np.asarray(picture, np.uint8)
