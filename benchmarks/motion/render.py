"""Clips that are rendered by a recipe: a still picture, what disturbs it, and who walks through it.

A recipe is a JSON object. All but `bg` and `seconds` may be left out:

    bg        a picture file            size [w, h], fps, seconds, seed, jpeg_q
    noise     {a, b, blur, chroma}      deviation sqrt(a * level + b²) grey levels; blur in pixels
    gain      [[t, g], ...]             brightness of the whole picture (exposure, lamps, dusk)
    ir        [[t0, t1], ...]           infrared: no colour, another tone curve, twice the noise
    flicker   {amp, hz, rows}           bands of mains light
    clouds    {depth, speed, scale}     soft shadows that move (speed in widths a second)
    sway      {amp, hz, box}            leaves within box (x0, y0, x1, y1) move by amp pixels
    rain      {n, len, level}           streaks;      snow {n, r, level}      flakes
    insects   {per_min, r, level, speed}
    subjects  [{t0, dur, h, x0, y0, x1, y1, contrast, light, sprite}]
                                        from x0, y0 to x1, y1 (feet, shares of the picture), h high
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .weather import Layer, Plane, weather_layers

Sprite = NDArray[np.uint8]  # (h, w, 4), BGR and opacity
_NOISES = 12  # pictures of noise, of which each frame takes a random part
_MARGIN = 64


def render(
    recipe: Mapping[str, Any], background: NDArray[np.uint8], sprites: Mapping[str, list[Sprite]]
) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Seconds and BGR pictures; the same recipe gives the same pictures."""
    random = np.random.default_rng(recipe.get("seed", 0))
    size = tuple(recipe.get("size", (640, 360)))
    still = cv2.resize(background, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    fps = recipe.get("fps", 10)
    shape = (still.shape[0], still.shape[1])
    layers = weather_layers(recipe, shape, random)
    noise = _Noise(recipe.get("noise", {}), shape, random)
    for number in range(round(recipe["seconds"] * fps)):
        at = number / fps
        picture = _swayed(still, recipe["sway"], at) if "sway" in recipe else still.copy()
        for subject in recipe.get("subjects", ()):
            _draw(picture, subject, sprites[subject["sprite"]], at)
        yield at, _as_captured(picture, recipe, layers, noise, at)


def _as_captured(
    picture: Plane, recipe: Mapping[str, Any], layers: list[Layer], noise: "_Noise", at: float
) -> NDArray[np.uint8]:
    """The scene as light, weather and sensor make it."""
    gain = _gain(recipe, at)
    picture *= gain
    if "flicker" in recipe:
        picture *= _bands(recipe["flicker"], picture.shape[0], at)
    infrared = any(start <= at <= end for start, end in recipe.get("ir", ()))
    if infrared:
        grey = np.clip(picture @ np.array([0.2, 0.4, 0.4], np.float32), 0, 255)
        picture = np.repeat((255 * (grey / 255) ** 0.8)[..., None], 3, axis=2)
    for layer in layers:
        layer(picture, at)
    noise.add(picture, brightness=max(gain, 1.0), factor=2.0 if infrared else 1.0)
    return np.clip(picture, 0, 255).astype(np.uint8)


def _gain(recipe: Mapping[str, Any], at: float) -> float:
    steps = recipe.get("gain", [[0, 1]])
    return float(np.interp(at, [step[0] for step in steps], [step[1] for step in steps]))


def _bands(flicker: Mapping[str, float], height: int, at: float) -> Plane:
    phase = np.arange(height, dtype=np.float32) / height * flicker["rows"] + flicker["hz"] * at
    return np.asarray(1 + flicker["amp"] * np.sin(2 * math.pi * phase), np.float32)[:, None, None]


def _swayed(still: Plane, sway: Mapping[str, Any], at: float) -> Plane:
    """Each bough of the box moves at a pace of its own."""
    height, width = still.shape[:2]
    x0, y0, x1, y1 = sway["box"]
    left, right, top, bottom = (
        round(v) for v in (x0 * width, x1 * width, y0 * height, y1 * height)
    )
    ys, xs = np.mgrid[top:bottom, left:right].astype(np.float32)
    bough = np.sin(xs / 23) + np.cos(ys / 17)
    shift = sway["amp"] * np.sin(2 * math.pi * sway["hz"] * at + 2 * bough)
    picture = still.copy()
    moved = cv2.remap(still, xs + shift, ys + shift / 3, cv2.INTER_LINEAR)
    picture[top:bottom, left:right] = moved
    return picture


def _draw(picture: Plane, subject: Mapping[str, Any], steps: list[Sprite], at: float) -> None:
    """Put the subject where it is at that second, if it is there."""
    share = (at - subject["t0"]) / subject["dur"]
    if not 0 <= share <= 1:
        return
    height, width = picture.shape[:2]
    sprite = steps[int(at * 10) % len(steps)]
    if subject["x1"] < subject["x0"]:
        sprite = sprite[:, ::-1]
    tall = max(4, int(subject["h"] * height))
    wide = max(2, int(sprite.shape[1] * tall / sprite.shape[0]))
    sized = cv2.resize(sprite, (wide, tall), interpolation=cv2.INTER_AREA).astype(np.float32)
    x = int((subject["x0"] + (subject["x1"] - subject["x0"]) * share) * width) - wide // 2
    y = int((subject["y0"] + (subject["y1"] - subject["y0"]) * share) * height) - tall
    seen = sized[max(0, -y) : height - y, max(0, -x) : width - x] if x < width else sized[:0]
    if not seen.size:
        return
    place = picture[max(0, y) : max(0, y) + seen.shape[0], max(0, x) : max(0, x) + seen.shape[1]]
    opacity = seen[..., 3:] / 255 * subject.get("contrast", 1.0)
    place += opacity * (seen[..., :3] * subject.get("light", 1.0) - place)


class _Noise:
    """The sensor's noise, with what a camera's own processing leaves of it."""

    def __init__(
        self, noise: Mapping[str, float], shape: tuple[int, int], random: np.random.Generator
    ) -> None:
        self._by_level, self._always = noise.get("a", 0.05), noise.get("b", 1.5)
        self._chroma = noise.get("chroma", 0.4)
        self._random = random
        blur = noise.get("blur", 0.5)
        self._pictures = [self._made(shape, blur) for _ in range(_NOISES)]

    def _made(self, shape: tuple[int, int], blur: float) -> Plane:
        size = (shape[0] + _MARGIN, shape[1] + _MARGIN, 4)
        noise = self._random.standard_normal(size, np.float32)
        if blur > 0:
            noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), blur), np.float32)
        return np.asarray(noise / noise.std(), np.float32)

    def add(self, picture: Plane, *, brightness: float, factor: float) -> None:
        """Make the picture (float32) noisy, in place."""
        levels = np.maximum(picture, 0).mean(axis=2)
        deviation = np.sqrt(levels * self._by_level * brightness + self._always**2) * factor
        noise = self._pictures[self._random.integers(_NOISES)]
        y, x = self._random.integers(_MARGIN, size=2)
        part = noise[y : y + picture.shape[0], x : x + picture.shape[1]]
        part = part * self._random.choice((-1, 1))
        picture += (part[..., 3] * deviation)[..., None]
        if self._chroma:
            picture += part[..., :3] * (deviation * self._chroma)[..., None]
