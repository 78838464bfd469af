"""What a buzzer plays: each tone a row of (hertz, seconds) that is played over and over."""

Tone = tuple[tuple[float, float], ...]  # 0 Hz is silence

STEADY = "steady"
TONES: dict[str, Tone] = {
    STEADY: ((2400.0, 0.5),),
    "beeps": ((2400.0, 0.2), (0.0, 0.3)),
    "alarm": ((2400.0, 0.35), (1800.0, 0.35)),
    "siren": tuple((600.0 + 100.0 * min(step, 24 - step), 0.04) for step in range(24)),
}
# A buzzer with a tone of its own knows only sound and silence.
RHYTHMS = (STEADY, "beeps")
