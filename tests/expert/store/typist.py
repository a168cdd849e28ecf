"""A child process that types into a draft until it is killed, and says after each edit that it was acknowledged."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from zhubi.core.model.sheet import Sheet
from zhubi.expert.store.store import Store
from zhubi.expert.store.values import AssignmentKey


class Secret:
    """The secret that the test gave on the command line."""

    def load(self) -> bytes:
        return bytes.fromhex(sys.argv[2])


def main() -> None:
    """Types numbers, each on a longer page than the one before."""
    key = AssignmentKey(*sys.argv[3:6])
    store = Store.open(Path(sys.argv[1]), Secret())
    draft = store.drafts.read(key)
    number = 0
    if draft is None:
        store.drafts.begin(
            key, Sheet(), rulebook="b" * 64, version="e" * 64, missing=1, score_text="", now=datetime.now(UTC)
        )
    else:
        number = int(draft.sheet.opinion.split(":")[0])
    while True:
        number += 1
        words = f"{number}:" + "金丝雀" * (number % 400)
        store.drafts.write(key, Sheet(opinion=words), missing=1, score_text="", now=datetime.now(UTC))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


main()
