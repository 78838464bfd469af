"""How `scripts/bench cards` judges, and that its relay changes nothing but the password."""

import base64
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.cards.at_rest import NEITHER, Changes, is_new_token
from benchmarks.cards.home import CORE, OURS, Memory
from benchmarks.cards.relay import with_token
from benchmarks.cards.report import Results, tables, verdicts
from benchmarks.home_assistant.watching import Watched


def seen(microseconds: float) -> Watched:
    return Watched(fps=30.0, cpu_microseconds_per_frame=microseconds, resident_bytes=1)


def held(megabytes: int, objects: int = 300_000) -> Memory:
    return Memory(resident_bytes=megabytes * 1_000_000, objects=objects)


KEPT = Results(
    live={
        (1, OURS): seen(400),
        (1, CORE): seen(400),
        (10, OURS): seen(50),
        (10, CORE): seen(100),
    },
    cpu_at_rest={NEITHER: 0.001, OURS: 0.002, CORE: 0.001},
    changes={OURS: Changes(tokens=4), CORE: Changes(tokens=2)},
    minutes=2.0,
    memory={50: held(300), 100: held(301), 500: held(302)},
)


def state(value: str, **attributes: Any) -> dict[str, Any]:
    return {"state": value, "attributes": attributes}


def test_figures_at_the_promised_bounds_keep_every_promise() -> None:
    found = list(verdicts(KEPT))
    assert [one.measured for one in found] == [1.0, 0.5, 0.0, 2.0, 0.0]
    assert all(one.is_kept for one in found)
    assert "NO" not in tables(KEPT)


@pytest.mark.parametrize(
    ("broken", "promise"),
    [
        (replace(KEPT, live={**KEPT.live, (1, OURS): seen(401)}), "1 live card:"),
        (replace(KEPT, live={**KEPT.live, (10, OURS): seen(51)}), "10 live cards:"),
        (replace(KEPT, changes={OURS: Changes(by_entity=Counter(a=1))}), "changed states"),
        (replace(KEPT, memory={50: held(300), 500: held(306)}), "memory"),
        (replace(KEPT, memory={50: held(300), 500: held(300, 300_300)}), "objects"),
    ],
)
def test_each_promise_can_be_broken(broken: Results, promise: str) -> None:
    (found,) = (one for one in verdicts(broken) if not one.is_kept)
    assert promise in found.promise
    assert tables(broken).count("NO") == 1


def test_what_was_not_measured_is_not_judged() -> None:
    less = replace(KEPT, live={}, memory={50: held(300)})
    assert [one.promise for one in verdicts(less)] == [
        "changed states a minute while nothing happens"
    ]


def test_entities_that_change_are_named() -> None:
    changes = Changes()
    changes.note({"entity_id": "sensor.a", "old_state": state("1"), "new_state": state("2")})
    assert "0.5 (sensor.a 1)" in tables(replace(KEPT, changes={OURS: changes, CORE: Changes()}))


@pytest.mark.parametrize(
    ("old", "new", "is_token"),
    [
        (state("idle", access_token="a"), state("idle", access_token="b"), True),
        (state("idle", entity_picture="a"), state("idle", entity_picture="b"), True),
        (state("idle", access_token="a"), state("off", access_token="b"), False),
        (state("idle", access_token="a", x=1), state("idle", access_token="b", x=2), False),
        (state("idle", x=1), state("idle", x=1), False),
        (None, state("idle"), False),
        (state("idle"), None, False),
    ],
)
def test_only_a_new_token_is_no_change_of_an_entity(
    old: dict[str, Any] | None, new: dict[str, Any] | None, is_token: bool
) -> None:
    assert is_new_token(old, new) is is_token


def test_a_password_becomes_a_token_and_all_else_stays() -> None:
    basic = base64.b64encode(b"bench:s3:cret")
    head = b"GET /s HTTP/1.1\r\nHost: a\r\n%s\r\nAccept: */*\r\n\r\n"
    assert with_token(head % (b"Authorization: Basic " + basic)) == head % (
        b"Authorization: Bearer s3:cret"
    )
    assert with_token(head % b"Authorization: Bearer x") == head % b"Authorization: Bearer x"
