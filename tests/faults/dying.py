"""A process that dies at one of its steps: before a write, a rename, a deletion, an fsync, a statement or a commit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from zhubi.core.trust import packets
from zhubi.expert.desk.opening import Desk
from zhubi.expert.store import evidence
from zhubi.office.opening import Office, open_office
from zhubi.office.vault import blobs

_FILES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"}
_STATEMENTS = ("INSERT", "UPDATE", "DELETE", "REPLACE", "COMMIT")


class Steps:
    """Counts the steps of this process from now on; the process is killed before the one of this number."""

    def __init__(self, fatal: int) -> None:
        self._left = fatal
        sys.addaudithook(self._heard)
        os.fsync = self._before(os.fsync)  # type: ignore[assignment]
        for room, name in ((evidence.Sealing, "write"), (packets._Hashed, "write")):
            setattr(room, name, self._before(getattr(room, name)))

    def _step(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def _before(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def stepping(*given: Any, **named: Any) -> Any:
            self._step()
            return act(*given, **named)

        return stepping

    def _heard(self, event: str, given: tuple[Any, ...]) -> None:
        writes = event == "open" and isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR)
        if event in _FILES or writes:
            self._step()

    def _statement(self, statement: str) -> None:
        if statement.lstrip().upper().startswith(_STATEMENTS):
            self._step()

    def of_desk(self, desk: Desk) -> None:
        """Counts what is written to the store too."""

        def traced(_cursor: Any, statement: str, _bindings: Any) -> bool:
            self._statement(statement)
            return True

        desk.store._database._writer.exec_trace = traced

    def of_office(self, office: Office) -> None:
        """Counts what is written to the office's database and blob store too."""
        from sqlalchemy import event

        engine = office.ledger.database.engine
        event.listen(
            engine, "before_cursor_execute", lambda _c, _u, statement, *_: self._statement(statement)
        )
        event.listen(engine, "commit", lambda _connection: self._step())
        for name in ("put", "delete"):
            setattr(blobs.obstore, name, self._before(getattr(blobs.obstore, name)))


def dies(act: Callable[[], None]) -> bool:
    """Does something in a process of its own; whether that was killed. What it raises is a failure of the test."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            act()
            status = 0
        finally:
            if status:
                traceback.print_exc()
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the act itself failed"
    return os.WIFSIGNALED(status)


def mortal(act: str, home: Path, moment: datetime, fatal: int, *words: str) -> subprocess.Popen[str]:
    """An office in a process of its own (its blob store has threads that no fork survives) that dies at a step."""
    command = [sys.executable, "-m", "faults.dying", act, str(home), moment.isoformat(), str(fatal), *words]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


@contextmanager
def mortal_office(home: Path, moment: datetime, fatal: int) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """An office that is served by such a process; its address, and the process."""
    process = mortal("serve", home, moment, fatal)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip(), process
    finally:
        # Whether a step was fatal or not, it ends here as by a power cut.
        process.kill()
        process.wait()
        process.stdout.close()


def main() -> None:
    """``dying ACT HOME MOMENT FATAL WORD…``."""
    act, home, moment, fatal, *words = sys.argv[1:]
    now = datetime.fromisoformat(moment)
    office = open_office(Path(home), clock=lambda: now)
    if act == "serve":
        from zhubi.office.api.serving import serve_in_thread

        running = serve_in_thread(office)
        Steps(int(fatal)).of_office(office)
        print(running.url, flush=True)
        running.thread.join()
    else:
        from zhubi.office.rounds.packets import receive_packet

        Steps(int(fatal)).of_office(office)
        receive_packet(office, Path(words[0]), now)


if __name__ == "__main__":
    main()
