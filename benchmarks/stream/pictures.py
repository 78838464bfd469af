"""Pictures to stream: as large as those of a camera, each a little different."""

from pathlib import Path

import cv2
import numpy as np

WIDTH, HEIGHT = 1280, 720
_COUNT = 8
_QUALITY = 80


def write_pictures(folder: Path, *, kilobytes: float) -> list[Path]:
    """JPEGs of 1280x720 and about so many kilobytes each, written into the folder."""
    amount = _noise_for(kilobytes)
    paths = []
    for number in range(_COUNT):
        path = folder / f"{number}.jpg"
        path.write_bytes(_picture(number, amount))
        paths.append(path)
    return paths


def _noise_for(kilobytes: float) -> float:
    """How noisy a picture must be to have that size, found by halving."""
    low, high = 0.0, 64.0
    for _ in range(12):
        middle = (low + high) / 2
        if len(_picture(0, middle)) < kilobytes * 1000:
            low = middle
        else:
            high = middle
    return high


def _picture(seed: int, noise: float) -> bytes:
    random = np.random.default_rng(seed)
    coarse = random.integers(60, 190, (9, 16, 3)).astype(np.float32)
    scene = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    grain = random.normal(0.0, noise, (HEIGHT, WIDTH, 1))
    picture = np.clip(scene + grain, 0, 255).astype(np.uint8)
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise RuntimeError("OpenCV cannot encode the benchmark's picture")
    return data.tobytes()
