"""Another process that writes into an office: as the command line does while the server runs."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from zhubi.core.model.records import AcceptanceBody, RecordType
from zhubi.office.ledger.acts import compose
from zhubi.office.ledger.ledger import Ledger
from zhubi.office.opening import Office, add_staff, open_office


def statement(office: Office) -> str:
    body = AcceptanceBody(record="e" * 64, payload_sha256="f" * 64)
    return compose(office.ledger, office.service, RecordType.ACCEPTANCE, body, now=office.clock())


def write(office: Office, turns: int, each: int) -> None:
    for _ in range(turns):
        with office.ledger.writing() as writing:
            digests = [writing.append(statement(office)).digest for _ in range(each)]
        print("\n".join(digests), flush=True)


def die_before_checkpoint(office: Office) -> None:
    def die(_: Ledger) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    Ledger._seal = die  # type: ignore[method-assign]
    with office.ledger.writing() as writing:
        print(writing.append(statement(office)).digest, flush=True)


def main() -> None:
    directory, act, *numbers = sys.argv[1:]
    office = open_office(Path(directory))
    if act == "write":
        write(office, *map(int, numbers))
    elif act == "die":
        die_before_checkpoint(office)
    else:
        print(add_staff(office, "李秘书", "secretary").key.kid)


main()
