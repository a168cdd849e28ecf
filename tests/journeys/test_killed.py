"""``kill -9`` at many moments: what was acknowledged is there, nothing is half done, and each act is one leaf."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from storyhouse import child
from storyhouse.expert import Expert

from zhubi.core.model.records import RecordType
from zhubi.expert.desk import changes, overview, review

Seated = tuple[Any, Any, str, dict[str, str]]
HERE = Path(__file__).parent


def start(expert: Any, act: str, *words: str) -> subprocess.Popen[str]:
    """The expert's desk in a process of its own; the one here is left first."""
    command = [
        sys.executable,
        "-m",
        "storyhouse.child",
        act,
        str(expert.folder),
        expert.clock().isoformat(),
        *words,
    ]
    environment = {**os.environ, "PYTHONPATH": str(HERE)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)


def heard_until(process: subprocess.Popen[str], enough: Callable[[list[str]], bool]) -> list[str]:
    """The acknowledgements, read until there are enough of them or no more come."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line.strip())
        if enough(lines):
            break
    return lines


def rest(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    left = [line.strip() for line in process.stdout if line.endswith("\n")]
    process.stdout.close()
    process.wait()
    return left


def reopened(expert: Any) -> Expert:
    """The machine after the kill: its derived state is what its records say."""
    again = Expert(expert.folder, expert.clock)
    before = again.derived()
    again.desk.store.assignments.rebuild()
    assert again.derived() == before
    return again


@pytest.mark.slow
def test_killed_while_typing_every_acknowledged_word_is_there(seated: Seated) -> None:
    _, expert, round_id, _ = seated
    expert.take_up(round_id)
    expert.close()
    number = 0
    for lines, wait in ((4, 0.0), (9, 0.003), (17, 0.011)):
        process = start(expert, "type", str(number), "DZ-1", "DZ-2")
        heard = heard_until(process, lambda found, lines=lines: len(found) >= lines)
        time.sleep(wait)
        kill(process)
        heard += rest(process)
        number = int(heard[-1])
        again = reopened(expert)
        for code in ("DZ-1", "DZ-2"):
            assert again.typed(code) in {child.TYPED.format(number), child.TYPED.format(number + 1)}
            recovered = review.open_review(again.desk, again.key(code)).recovered
            assert recovered is not None, "the app offers what the crash left"
            review.accept_recovered(again.desk, again.key(code))
        again.close()
        number += 10
    expert.open()
    assert review.open_review(expert.desk, expert.key("DZ-1")).recovered is None


@pytest.mark.slow
def test_killed_at_any_answer_of_a_sync_the_next_one_goes_on(house: Any, papers: Any, enrol: Any) -> None:
    for number in range(1, 5):
        folder = papers(f"DZ-{number}", files={"附件.txt": b"x" * (40_000 * number)})
    dossiers = house.bring(folder)
    expert = enrol()
    round_id = house.open_round()
    house.seat(round_id, dossiers.values(), expert.person)
    expert.sync()
    expert.commit(round_id)
    house.wire.lose("/v1/records", "request")
    with pytest.raises(AssertionError):
        expert.declare(round_id)
    expert.close()
    for at in (1, 2, 4, 6, 9):
        process = start(expert, "sync")

        def cut(count: int, at: int = at, process: Any = process) -> None:
            if count == at:
                kill(process)
                process.wait()

        with house.wire.interrupted(cut):
            rest(process)
        reopened(expert).close()
    expert.open()
    expert.sync()
    assert {expert.stage(code) for code in dossiers} == {"ready"}
    assert len(house.logged(RecordType.DECLARATION)) == len(dossiers)
    assert len(house.logged(RecordType.KEY_RELEASE)) == len(dossiers), "one release a device and version"
    assert expert.proves() == 1 + len(dossiers)
    expert.sync()
    assert not expert.sync().changed


@pytest.mark.slow
def test_killed_while_signing_and_submitting_each_review_is_one_leaf(
    house: Any, papers: Any, enrol: Any
) -> None:
    codes = [f"DZ-{number}" for number in range(1, 5)]
    for code in codes:
        folder = papers(code)
    dossiers = house.bring(folder)
    expert = enrol()
    round_id = house.open_round()
    house.seat(round_id, dossiers.values(), expert.person)
    expert.take_up(round_id)
    expert.fill(*codes)
    expert.close()

    acknowledged: dict[str, str] = {}
    for lines, wait in ((1, 0.0), (1, 0.02), (2, 0.004)):
        again = reopened(expert)
        unsigned = [code for code in codes if again.stage(code) == "complete"]
        again.close()
        process = start(expert, "sign", *unsigned)
        heard = heard_until(process, lambda found, lines=lines: len(found) >= lines)
        time.sleep(wait)
        kill(process)
        heard += rest(process)
        acknowledged |= dict(each.split() for each in heard if " " in each)
    again = reopened(expert)
    assert {code for code in acknowledged if again.stage(code) != "signed"} == set()
    left = [code for code in codes if again.stage(code) == "complete"]
    assert len(left) + overview.leaving(again.desk).unsent == len(codes)
    again.sign(*left)
    again.close()

    for at in (0, 1, 2):
        process = start(expert, "submit")

        def cut(count: int, at: int = at, process: Any = process) -> None:
            if count == at:
                kill(process)
                process.wait()

        with house.wire.interrupted(cut):
            rest(process)
        reopened(expert).close()
    expert.open()
    expert.sync()
    assert {expert.stage(code) for code in codes} == {"submitted"}
    logged = house.logged(RecordType.REVIEW)
    assert sorted(each.payload.subjects[0] for each in logged) == sorted(dossiers.values())
    assert set(acknowledged.values()) <= {each.digest for each in logged}
    assert expert.proves() == 1 + 2 * len(codes)


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["_make_durable", "write_store_file", "remove_database"])
def test_killed_in_the_middle_of_a_purge_it_is_finished_at_the_next_opening(
    seated: Seated, moment: str
) -> None:
    house, expert, round_id, _ = seated
    expert.take_up(round_id)
    expert.review("DZ-1")
    house.change(round_id, "close")
    house.change(round_id, "end")
    expert.close()
    script = (
        "import os, signal, sys\n"
        "from datetime import datetime\n"
        "from pathlib import Path\n"
        "from storyhouse.clock import Clock\n"
        "from storyhouse.expert import Expert\n"
        "from zhubi.expert.store import purge as room\n"
        "def die(*given, **named): os.kill(os.getpid(), signal.SIGKILL)\n"
        "expert = Expert(Path(sys.argv[1]), Clock(datetime.fromisoformat(sys.argv[2])))\n"
        "setattr(room, sys.argv[3], die)\n"
        "expert.sync()\n"
    )
    command = [sys.executable, "-c", script, str(expert.folder), expert.clock().isoformat(), moment]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(HERE)}, check=False)
    assert done.returncode == -signal.SIGKILL
    reopened(expert).close()
    expert.open()
    assert not expert.desk.store.purge.unfinished()
    assert [each for each in (expert.folder / "blobs").rglob("*") if each.is_file()] == []
    assert len(list(expert.folder.glob("store-*.db"))) == 1
    expert.sync()
    assert expert.proves() == 4


@pytest.mark.slow
@pytest.mark.parametrize(
    "act", ["changes.adopt(desk, key, 'rules')", "changes.go_back(desk, key)", "undo.undo(desk, key)"]
)
def test_killed_before_any_write_of_a_move_the_sheet_is_the_one_or_the_other(
    seated: Seated, act: str
) -> None:
    house, expert, round_id, _ = seated
    expert.take_up(round_id)
    expert.fill("DZ-1")
    house.clock.on(minutes=5)
    house.change(round_id, "amend", overrides={"criteria.node.full": 50, "criteria.effort.full": 35})
    expert.sync()
    if "go_back" in act:
        changes.adopt(expert.desk, expert.key("DZ-1"), "rules")

    def sheet(of: Expert) -> tuple[str, dict[str, str], str]:
        state = review.open_review(of.desk, of.key("DZ-1")).state
        draft = of.desk.store.drafts.read(of.key("DZ-1"))
        assert draft is not None
        return state.opinion, {each.id: each.points_text for each in state.criteria}, draft.begun_as

    before = sheet(expert)
    expert.close()
    script = (
        "import os, signal, sys\n"
        "from datetime import datetime\n"
        "from pathlib import Path\n"
        "from storyhouse.clock import Clock\n"
        "from storyhouse.expert import Expert\n"
        "from zhubi.expert.desk import changes, review, undo\n"
        "expert = Expert(Path(sys.argv[1]), Clock(datetime.fromisoformat(sys.argv[2])))\n"
        "desk, key = expert.desk, expert.key('DZ-1')\n"
        "first = 'undo' in sys.argv[4]\n"
        "if first: review.set_opinion(desk, key, '第' + sys.argv[3] + '稿')\n"
        "count = 0\n"
        "def traced(_cursor, statement, _bindings):\n"
        "    global count\n"
        "    if statement.split(None, 1)[0] in ('INSERT', 'UPDATE', 'DELETE', 'COMMIT'):\n"
        "        count += 1\n"
        "        if count == int(sys.argv[3]): os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return True\n"
        "desk.store._database._writer.exec_trace = traced\n"
        "eval(sys.argv[4])\n"
        "os._exit(0)\n"
    )
    for number in range(1, 60):
        command = [
            sys.executable,
            "-c",
            script,
            str(expert.folder),
            expert.clock().isoformat(),
            str(number),
            act,
        ]
        done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(HERE)}, check=False)
        again = reopened(expert)
        found = sheet(again)
        again.close()
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
        # What was typed just before is taken back or stands; nothing else has moved.
        stood = (f"第{number}稿", *before[1:]) if "undo" in act else before
        assert found == stood, f"half done before write {number}"
    assert number > 1, "there were writes to be killed at"
    done_at_last = (f"第{number - 1}稿", *before[1:])
    assert found == done_at_last if "undo" in act else found != before
    expert.open()
