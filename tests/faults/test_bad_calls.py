"""One call goes wrong as a whole: lost, failed, doubled, late or said again. What came of it is as if it had not."""

from __future__ import annotations

import random
from typing import get_args

import pytest

from zhubi.core.wire.client import OfficeClient

from .badway import BadCalls, Callwise
from .exchanges import EXCHANGES, Story

TURNS = 2


@pytest.mark.slow
@pytest.mark.parametrize("what", get_args(Callwise))
def test_a_call_that_goes_wrong_as_a_whole_is_made_good(
    story: Story, monkeypatch: pytest.MonkeyPatch, what: Callwise
) -> None:
    calls = BadCalls()
    monkeypatch.setitem(OfficeClient.__init__.__kwdefaults__, "transport", calls)
    chance, happened = random.Random(what), 0
    for _ in range(TURNS):
        for act in (each for acts in EXCHANGES.values() for each in acts):
            getattr(story, act)()
            calls.expect(what, chance.randrange(6))
            story.badly()
            happened += calls.happened
            calls.expect(None)
            story.well()
        story.is_whole()
    assert happened > TURNS
    assert not story.strays
