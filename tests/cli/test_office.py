"""``zhubi office``: every act of the organiser from a shell, and every fault as a sentence."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest

from zhubi.cli import commands
from zhubi.cli.office import moment
from zhubi.core.trust.invitations import decode_invitation
from zhubi.demo.colleagues import Colleague, enrol_colleague
from zhubi.demo.story import content_folder
from zhubi.locale import use_language
from zhubi.office.opening import Office, open_office


@dataclass
class Said:
    """What one command answered."""

    status: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def zhubi(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Runs ``zhubi office …`` in this process, on an office of the test's own."""
    monkeypatch.setenv("ZHUBI_OFFICE", str(tmp_path / "office"))
    monkeypatch.setenv("ZHUBI_LANG", "zh")

    def run(*arguments: str, language: str = "zh") -> Said:
        capsys.readouterr()
        status = commands.run(["--lang", language, "office", *map(str, arguments)])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Said(status, out, err)

    yield run
    use_language("zh_CN")


@pytest.fixture
def made(zhubi: Run) -> Run:
    """The same, with the office made."""
    assert zhubi("init", "--organiser", "评审中心", "--manager", "王敏").status == 0
    return zhubi


@pytest.fixture
def opened(made: Run) -> Run:
    """The same, with a round of Dazu's milestones open and one project in."""
    folder = content_folder() / "dazu-2023-26" / "DZ26-002"
    assert made("import", folder).status == 0
    answer = made(
        "round", "open", "里程碑考核", "--policy", "dazu-2023-26", "--kind", "dz.milestone-assessment",
        "--closes", "+5d",
    )  # fmt: skip
    assert answer.status == 0, answer.err
    return made


def in_office(tmp_path: Path, act: Callable[[Office], Any]) -> Any:
    office = open_office(tmp_path / "office")
    try:
        return act(office)
    finally:
        office.close()


def enrolled(tmp_path: Path, name: str, unit: str = "某大学") -> Colleague:
    return in_office(
        tmp_path, lambda office: enrol_colleague(office, office.staff(), name, unit, office.clock())
    )


def test_an_office_is_made_once_and_tells_what_to_keep(zhubi: Run, tmp_path: Path) -> None:
    first = zhubi("init", "--organiser", "评审中心", "--manager", "王敏")
    assert first.status == 0
    assert "评审中心" in first.out
    assert str(tmp_path / "office" / "key" / "office.key") in first.out
    second = zhubi("init", "--organiser", "评审中心", "--manager", "王敏")
    assert (second.status, second.out) == (1, "")
    assert str(tmp_path / "office") in second.err


def test_no_act_is_done_where_there_is_no_office(zhubi: Run, tmp_path: Path) -> None:
    for arguments in (("status",), ("staff",), ("invite", "陈思远"), ("import", str(tmp_path))):
        answer = zhubi(*arguments)
        assert answer.status == 1
        assert "zhubi office init" in answer.err


def test_staff_are_added_listed_and_act_under_their_own_names(made: Run, tmp_path: Path) -> None:
    listed = made("staff", "李秘书")
    assert "王敏" in listed.out
    assert "评审秘书\t李秘书" in listed.out
    assert made("--as", "李秘书", "invite", "陈思远").status == 0
    nobody = made("--as", "无名氏", "invite", "陈思远")
    assert nobody.status == 1
    assert "王敏" in nobody.err

    def author(office: Office) -> str:
        with office.ledger.reading() as reading:
            newest = reading.at(reading.size() - 1)
        return office.ledger.registry().holder(newest.record.kid).name

    assert in_office(tmp_path, author) == "李秘书"


def test_an_invitation_is_printed_alone_or_written_to_a_file(made: Run, tmp_path: Path) -> None:
    printed = made("invite", "陈思远", "--unit", "浙江大学", "--days", "3")
    invitation = decode_invitation(printed.out)
    assert (invitation.name, invitation.unit, invitation.organiser) == ("陈思远", "浙江大学", "评审中心")
    assert "陈思远" in printed.err
    path = tmp_path / "邀请.txt"
    written = made("invite", "林一", "--output", path)
    assert decode_invitation(path.read_text(encoding="utf-8")).name == "林一"
    assert "zhubi1:" not in written.out
    assert made("invite", "林一", "--days", "91").status == 2
    again = made("invite", "陈思远", "--again")
    assert decode_invitation(again.out).person == invitation.person
    assert made("invite", "从未邀请", "--again").status == 1


def test_an_import_names_each_problem_and_imports_nothing(made: Run, tmp_path: Path) -> None:
    place = tmp_path / "项目" / "ZJ26-001"
    place.mkdir(parents=True)
    (place / "dossier.toml").write_text('code = "ZJ26-001"\ntitel = "x"\n', encoding="utf-8")
    answer = made("import", tmp_path / "项目")
    assert answer.status == 1
    assert "ZJ26-001/dossier.toml titel" in answer.err
    assert "ZJ26-001/dossier.toml title" in answer.err
    assert "全部未导入" in answer.err
    good = made("import", content_folder() / "dazu-2023-26")
    assert good.out.count("已导入") == 3
    assert "没有变化" in made("import", content_folder() / "dazu-2023-26", "--update").out


def test_a_round_is_opened_shown_changed_and_ended(opened: Run) -> None:
    assert "进行中" in opened("round", "show").out
    assert "dz.milestone-assessment" in opened("round", "show", "里程碑考核").out
    assert opened("round", "amend", "里程碑考核", "--title", "第一里程碑").status == 0
    early = opened("round", "end", "第一里程碑")
    assert (early.status, "close" in early.err) == (1, True)
    assert opened("round", "extend", "第一里程碑", "--closes", "+9d", "--reason", "延期").status == 0
    assert opened("round", "close", "第一里程碑").status == 0
    twice = opened("round", "close", "第一里程碑")
    assert (twice.status, "已经截止" in twice.err) == (1, True)
    assert "已截止" in opened("status").out
    assert opened("round", "end", "第一里程碑").status == 0
    assert "已结束" in opened("status").out


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("--policy", "上海", "--kind", "x", "--closes", "+5d"), 2, "zhejiang-2023"),
        (("--policy", "dazu-2023-26", "--kind", "x", "--closes", "+5d"), 1, "dz.milestone-assessment"),
        (("--policy", "dazu-2023-26", "--kind", "dz.milestone-assessment", "--closes", "明天"), 2, "明天"),
        (("--policy", "dazu-2023-26", "--kind", "dz.milestone-assessment", "--closes", "+99999999999d"), 2, "+5d"),
        (("--policy", "dazu-2023-26", "--kind", "dz.milestone-assessment", "--closes", "2001-01-01"), 1, "晚于"),
        (("--policy", "dazu-2023-26", "--kind", "dz.milestone-assessment", "--closes", "+5d",
          "--override", "opinion_minimum"), 2, "opinion_minimum"),
        (("--policy", "dazu-2023-26", "--kind", "dz.milestone-assessment", "--closes", "+5d",
          "--override", "opinion_minimum={"), 1, "JSON"),
        (("--policy", "dazu-2023-26", "--kind", "dz.milestone-assessment", "--closes", "+5d",
          "--override", "unheard_of=1"), 1, "unheard_of"),
    ],
)  # fmt: skip
def test_a_round_that_cannot_be_is_explained_and_not_opened(
    made: Run, arguments: tuple[str, ...], status: int, words: str
) -> None:
    answer = made("round", "open", "考核", *arguments)
    assert answer.status == status
    assert words in answer.err
    assert "考核" not in made("status").out


def test_seats_are_given_and_what_the_panel_lacks_is_explained(opened: Run, tmp_path: Path) -> None:
    for name in ("钟立山", "殷知夏", "段从云"):
        enrolled(tmp_path, name)
    first = opened("assign", "里程碑考核", "DZ26-002", "--expert", "钟立山:technical")
    assert first.status == 0
    assert "已分配 1 席" in first.out
    assert "必须" in first.out or "提醒" in first.out
    listed = tmp_path / "席位.csv"
    with listed.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["code", "name", "role", "seat", "tags", "order"])
        rows.writerow(["DZ26-002", "殷知夏", "management", "", "", "1"])
    assert opened("assign", "里程碑考核", "--file", listed).status == 0
    replaced = opened(
        "assign", "里程碑考核", "DZ26-002", "--expert", "段从云", "--replace", "钟立山", "--reason", "出差"
    )
    assert replaced.status == 0
    shown = opened("status", "里程碑考核").out
    assert "钟立山\ttechnical\t已替换" in shown
    assert "段从云\ttechnical\t待签承诺书" in shown
    assert opened("appoint", "里程碑考核", "段从云").status == 0
    assert opened("appoint", "里程碑考核", "钟立山").status == 1
    assert opened("withdraw", "里程碑考核", "DZ26-002", "--reason", "撤回").status == 0
    assert "已撤回" in opened("status", "里程碑考核").out


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("里程碑考核",), 2, "--expert"),
        (("里程碑考核", "DZ26-002"), 2, "--expert"),
        (("没有这场", "DZ26-002", "--expert", "钟立山"), 1, "里程碑考核"),
        (("里程碑考核", "DZ26-404", "--expert", "钟立山"), 1, "DZ26-404"),
        (("里程碑考核", "DZ26-002", "--expert", "从未邀请"), 1, "从未邀请"),
        (("里程碑考核", "DZ26-002", "--expert", "钟立山:astrologer"), 1, "technical"),
        (("里程碑考核", "DZ26-002", "--expert", "钟立山:technical:throne"), 1, "list-owner"),
        (("里程碑考核", "DZ26-002", "--expert", "钟立山", "--expert", "钟立山"), 1, "钟立山"),
        (("里程碑考核", "DZ26-002", "--expert", "同名"), 1, "甲校"),
    ],
)
def test_a_seat_that_cannot_be_given_is_explained(
    opened: Run, tmp_path: Path, arguments: tuple[str, ...], status: int, words: str
) -> None:
    enrolled(tmp_path, "钟立山")
    enrolled(tmp_path, "同名", "甲校")
    enrolled(tmp_path, "同名", "乙校")
    answer = opened("assign", *arguments)
    assert (answer.status, words in answer.err) == (status, True), answer.err
    assert "钟立山" not in opened("status", "里程碑考核").out


def test_a_bad_list_of_seats_is_told_by_row(opened: Run, tmp_path: Path) -> None:
    listed = tmp_path / "席位.csv"
    listed.write_text("code,name,order\nDZ26-002,,1\n", encoding="utf-8")
    assert "第 2 行" in opened("assign", "里程碑考核", "--file", listed).err
    listed.write_bytes(b"\xff\xfe\x00code")
    answer = opened("assign", "里程碑考核", "--file", listed)
    assert (answer.status, "席位.csv" in answer.err) == (1, True)


def test_what_an_expert_asks_is_decided_and_a_review_sent_back(opened: Run, tmp_path: Path) -> None:
    from zhubi.core.model.records import CommitmentBody, DeclarationBody, DeclarationOutcome, RecordType
    from zhubi.core.trust.canonical import digest_of
    from zhubi.office.ledger.acts import compose
    from zhubi.office.rounds.reception import receive
    from zhubi.office.rounds.standing import form_of
    from zhubi.office.rounds.status import rounds_of

    expert = enrolled(tmp_path, "殷知夏")
    assert opened("assign", "里程碑考核", "DZ26-002", "--expert", "殷知夏").status == 0
    nothing = opened("decide", "里程碑考核", "DZ26-002", "殷知夏", "--grant")
    assert (nothing.status, "没有待决定" in nothing.err) == (1, True)

    def ask(office: Office) -> list[str]:
        with office.ledger.reading() as reading:
            view = rounds_of(reading)[0]
            documents = form_of(reading, view).commitments
            dossier = reading.dossier_by_code("DZ26-002")
        commitment = CommitmentBody(
            documents=tuple(each.id for each in documents),
            text_digest=digest_of([each.model_dump(mode="json") for each in documents]),
            name=expert.name,
        )
        asking = DeclarationBody(
            outcome=DeclarationOutcome.EXPLAIN, card_digest=dossier.body.card_digest, words="曾同校"
        )
        now = office.clock()
        say = [
            compose(office.ledger, expert.actor, RecordType.COMMITMENT, commitment, round=view.round, now=now),
            compose(
                office.ledger, expert.actor, RecordType.DECLARATION, asking, round=view.round,
                subjects=dossier.payload.subjects, now=now,
            ),
        ]  # fmt: skip
        return [each.status for each in receive(office, say, expert.person, now=now).results]

    assert in_office(tmp_path, ask) == ["logged", "logged"]
    assert "待组织方决定" in opened("status", "里程碑考核").out
    decided = opened("decide", "里程碑考核", "DZ26-002", "殷知夏", "--refuse", "--words", "关系较近")
    assert "不同意" in decided.out
    assert "已回避" in opened("status", "里程碑考核").out
    early = opened("return", "里程碑考核", "DZ26-002", "殷知夏", "--words", "请补充")
    assert (early.status, "没有可退回" in early.err) == (1, True)
    revoked = opened("revoke", "殷知夏", "--reason", "遗失")
    assert "1 台" in revoked.out
    assert opened("revoke", "殷知夏", "--reason", "又").status == 1


def test_the_same_is_said_in_english(made: Run) -> None:
    answer = made("round", "show", "no such round", language="en")
    assert answer.status == 1
    assert "There is no round “no such round”" in answer.err


def test_beyond_this_machine_an_office_is_served_by_tls_alone(made: Run) -> None:
    answer = made("serve", "--host", "0.0.0.0", "--port", "0")
    assert (answer.status, "--certificate" in answer.err) == (1, True)


NOW = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("+5d", NOW + timedelta(days=5)),
        (" +6h", NOW + timedelta(hours=6)),
        ("+0m", NOW),
        ("2026-07-03T18:00:00+00:00", datetime(2026, 7, 3, 18, 0, tzinfo=UTC)),
        ("2026-07-03 18:00", datetime(2026, 7, 3, 18, 0).astimezone()),
        ("2026-07-03", datetime(2026, 7, 3, 23, 59, 59).astimezone()),
    ],
)
def test_a_moment_is_read_as_people_write_it(text: str, meant: datetime) -> None:
    assert moment(text, NOW) == meant


@pytest.mark.parametrize("text", ["", "+", "+d", "+5", "+5y", "+²d", "+99999999999d", "2026-02-30", "morgen"])
def test_a_moment_nobody_can_mean_is_asked_for_again(text: str) -> None:
    with pytest.raises(click.BadParameter):
        moment(text, NOW)


def test_a_round_follows_another_and_conclusions_are_carried_over_by_hand(made: Run) -> None:
    shanxi = ("--policy", "shanxi-2024-10", "--closes", "+5d", "--kind")
    folder = content_folder() / "shanxi-2024-10" / "SX24-006"
    assert made("import", folder).status == 0
    assert made("round", "open", "现场考察", *shanxi, "sx.site-inspection").status == 0
    assert (
        made("round", "open", "会议验收", *shanxi, "sx.acceptance-meeting", "--follows", "现场考察").status
        == 0
    )
    said = made("round", "open", "再考察", *shanxi, "sx.site-inspection", "--follows", "现场考察")
    assert said.status == 1 and "前一场次的结论无处可入" in said.err and "test-contract" in said.err
    said = made("chain", "--from", "现场考察", "--to", "会议验收")
    assert (said.status, said.err) == (1, "两个场次没有共同的项目。请先在后一场次分派。\n")
    assert made("invite", "宫怀远").status == 0
    assert made("assign", "现场考察", "SX24-006", "--expert", "宫怀远").status == 0
    said = made("chain", "--from", "现场考察", "--to", "会议验收", "SX24-006")
    assert said.status == 1 and "SX24-006 不是两个场次都有的项目" in said.err
    assert made("assign", "会议验收", "SX24-006", "--expert", "宫怀远").status == 0
    said = made("chain", "--from", "现场考察", "--to", "会议验收")
    assert said.status == 1 and "SX24-006 在前一场次还没有专家组意见" in said.err
    said = made("chain", "--from", "会议验收", "--to", "会议验收")
    assert said.status == 1 and "不能是本场次自己" in said.err


def test_what_came_late_is_listed_with_its_bounds_and_set_aside_with_reasons(
    opened: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zhubi.cli import lateness
    from zhubi.core.rules.timing import Punctuality, SigningTime
    from zhubi.office.rounds import lateness as late
    from zhubi.office.rounds.lateness import LateReview

    at = datetime(2026, 7, 3, 9, 0, tzinfo=UTC)
    when = SigningTime(at, at, at + timedelta(hours=2), Punctuality.CLAIMED)
    found = (
        LateReview("DZ26-002", "殷知夏", when, None),
        LateReview("DZ26-004", "殷知夏", when, False, "无依据"),
    )
    monkeypatch.setattr(late, "late_reviews", lambda office, shown: found)
    shown = opened("status", "里程碑考核").out
    assert "逾期到达 2 份" in shown and "DZ26-002 殷知夏\t待决定" in shown
    assert "DZ26-004 殷知夏\t逾期到达，不计入 无依据" in shown
    assert shown.count("不早于") == shown.count("不晚于") == shown.count("未能证明") == 2
    assert "zhubi office decide" in shown
    assert lateness.decided_line("DZ26-002", "殷知夏", granted=True) == "DZ26-002 殷知夏：逾期到达，计入。"
