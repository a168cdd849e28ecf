"""Signing and handing in five hundred reviews."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experts import PIN, commit_all, declare_all, enrolled, fresh_office, say, served, synchronised
from offices import Wanted
from settings import Settings
from table import Row
from timing import milliseconds

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.views import ReviewKey

REVIEWS = 500


def sign_and_submit(settings: Settings) -> Iterator[Row]:
    """From a whole sheet each: checked and signed under one PIN; then delivered, receipts verified, by real HTTP."""
    from zhubi.expert.desk import submit

    count = settings.few(REVIEWS, 10)
    made = fresh_office(settings, "reviews", Wanted(count))
    with served(made) as url, enrolled(settings, made, url, "reviews") as desk:
        for act in (commit_all, declare_all):
            synchronised(desk)
            act(desk)
        synchronised(desk)
        say("commitment, declarations and keys are there")
        keys = _fill(desk)
        signed = []
        signing = milliseconds(lambda: signed.extend(submit.sign(desk, keys, PIN))) / 1000
        faults = [each.sentence for each in signed if not each.digest]
        if faults or len(signed) != count:
            raise SystemExit(f"{len(signed)} signed, {faults[:1]}")
        unlocking = milliseconds(lambda: _unlock(desk)) / 1000
        reports = []
        sending = milliseconds(lambda: reports.append(submit.submit(desk))) / 1000
        proven = sum(each.state == "proven" for each in reports[0].delivered)
        if proven != count:
            raise SystemExit(f"{proven} of {count} were proven: {reports[0].problem}")
    yield Row(
        f"sign {count} reviews", signing, "s", 1, note=f"the PIN, slow on purpose, is {unlocking:.2f} s of it"
    )
    yield Row(f"submit {count} reviews, each receipt verified", sending, "s", 10)


def _fill(desk: Desk) -> list[ReviewKey]:
    """A whole sheet for every project: the first filled in as a person would, the others begun with the same."""
    from zhubi.demo.sheets import fill
    from zhubi.expert.desk import overview

    keys = [each.key for each in overview.rows(desk, None, 0, overview.row_count(desk))]
    fill(desk, keys[0])
    whole = desk.store.drafts.read(keys[0])
    assert whole is not None
    if whole.missing:
        raise SystemExit(f"the sheet still lacks {whole.missing}")
    with desk.store.writing():
        for key in keys[1:]:
            view = desk.store.assignments.view(key, now=desk.clock())
            assert view is not None and view.current is not None
            desk.store.drafts.begin(
                key, whole.sheet, rulebook=whole.rulebook, version=view.current.digest,
                missing=0, score_text=whole.score_text, now=desk.clock(),
            )  # fmt: skip
    return keys


def _unlock(desk: Desk) -> None:
    from zhubi.expert.desk.unlock import unlock

    unlock(desk, PIN)
