"""What an expert does in a process of its own, so that it can be killed. Each line printed is an acknowledgement."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from storyhouse.clock import Clock
from storyhouse.expert import PIN, Expert
from zhubi.expert.desk import submit, synchronise

TYPED = "第{}稿：已经核对材料，同意继续支持，请按里程碑推进。"


def say(*words: object) -> None:
    """One line, at once."""
    print(*words, flush=True)


def main() -> None:
    """``child.py ACT FOLDER MOMENT CODE…``."""
    act, folder, moment, *codes = sys.argv[1:]
    clock = Clock(datetime.fromisoformat(moment))
    expert = Expert(Path(folder), clock)
    say("open")
    if act == "type":
        first = int(codes.pop(0))
        for number in range(first, first + 100_000):
            for code in codes:
                expert.opinion(code, TYPED.format(number))
            say(number)
    elif act == "sign":
        for code in codes:
            for each in submit.sign(expert.desk, [expert.key(code)], PIN):
                say(each.code, each.digest)
    elif act == "submit":
        report = submit.submit(expert.desk)
        for delivered in report.delivered:
            say(delivered.code, delivered.state)
    elif act == "sync":
        synchronise.sync(expert.desk)
    expert.close()
    say("closed")


if __name__ == "__main__":
    main()
