"""Packets: what is signed where no network is, carried by a secretary, and proven by what is carried back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from storyhouse.clock import Clock
from storyhouse.expert import PASSPHRASE, PIN, Expert
from storyhouse.forms import fill_by_form, lay_out_for
from storyhouse.office import House

from zhubi.cli import commands
from zhubi.core.model.records import RecordType
from zhubi.core.rules.compile import shipped
from zhubi.core.trust.packets import PacketError
from zhubi.expert.desk import commit, evidence, packets, submit
from zhubi.office.rounds.answering import write_answers
from zhubi.office.rounds.packets import by_person, missing, receive_packet

SITE = ("shanxi-2024-10", "sx.site-inspection")


@pytest.fixture
def here(tmp_path: Path, clock: Clock, database_url: str) -> Iterator[House]:
    made = House(tmp_path, clock, database_url)
    yield made
    made.close()


@pytest.fixture
def experts(tmp_path: Path, here: House, clock: Clock) -> Iterator[Callable[[str], Expert]]:
    people: list[Expert] = []

    def bring(name: str, invitation: Any = None) -> Expert:
        made = Expert.enrolled(tmp_path / f"machine-{len(people)}", invitation or here.invite(name), clock)
        people.append(made)
        return made

    yield bring
    for each in people:
        each.close()


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """What the secretary carries."""
    made = tmp_path / "stick"
    made.mkdir()
    return made


def site_round(here: House, tmp_path: Path, count: int = 1) -> tuple[str, dict[str, str]]:
    for number in range(1, count + 1):
        lay_out_for(tmp_path / "papers", shipped(SITE[0]).kind(SITE[1]), f"SX-{number}")
    dossiers = here.bring(tmp_path / "papers")
    return here.open_round(SITE, title="现场考察"), dossiers


def carry_back(here: House, stick: Path, received: list[Any], **how: Any) -> dict[str, Path]:
    made = {}
    for person, (heard, results) in by_person(received).items():
        path = stick / f"answer-{person[-6:]}.zhubi"
        write_answers(here.office, person, path, heard=heard, results=results, now=here.clock(), **how)
        made[person] = path
    return made


def taken(expert: Expert, path: Path) -> Any:
    report = packets.import_packet(expert.desk, path)
    assert not report.problem, (report.problem_kind, report.problem)
    return report


@pytest.mark.slow
def test_five_experts_without_a_network_are_proven_by_what_the_secretary_carries(
    here: House, experts: Callable[..., Expert], tmp_path: Path, stick: Path
) -> None:
    round_id, dossiers = site_round(here, tmp_path)
    panel = [experts(name) for name in ("陈思远", "苏曼", "韩立冬", "罗毅", "秦越")]
    for each in panel:
        here.seat(round_id, dossiers.values(), each.person)
        each.take_up(round_id)
    here.running.stop()
    here.clock.on(hours=2)
    for turn, each in enumerate(panel):
        key = each.key("SX-1")
        fill_by_form(each.desk, key, turn=turn)
        evidence.add_note(each.desk, key, f"第{turn}位专家在车间所见：样机运行正常。")
        each.sign("SX-1")
        made = packets.export(each.desk, stick)
        assert made.path.parent == stick and each.stage("SX-1") == "signed", "a packet is no proof"
        assert packets.inspect(each.desk, made.path).known

    carried = sorted(stick.iterdir())
    assert len(carried) == 5
    received = [receive_packet(here.office, path, here.clock()) for path in carried[:4]]
    assert [(each.fresh, each.evidence, each.refused) for each in received] == [(1, 1, [])] * 4
    (lacking,) = missing(here.office, [round_id], here.clock())
    assert lacking.codes == ("SX-1",), "one packet is still in somebody's bag"
    received.append(receive_packet(here.office, carried[4], here.clock()))
    assert not missing(here.office, [round_id], here.clock())

    size = here.size()
    again = [receive_packet(here.office, path, here.clock()) for path in carried]
    assert [(each.fresh, each.here, each.evidence_here) for each in again] == [(0, 1, 1)] * 5
    assert here.size() == size, "the same packets again change nothing"

    answers = carry_back(here, stick, received)
    for each in panel:
        report = taken(each, answers[each.person])
        assert report.changed
        assert each.stage("SX-1") == "submitted" and each.proves() == 3
        assert [row.state for row in evidence.rows(each.desk, each.key("SX-1"))] == ["accepted"]
        assert not taken(each, answers[each.person]).changed
        with pytest.raises(PacketError) as caught:
            packets.import_packet(
                each.desk, next(path for one, path in answers.items() if one != each.person)
            )
        assert caught.value.kind == "packets.other-recipient"
    here.serve()
    size = here.size()
    for each in panel:
        each.sync()
    assert here.size() == size, "what came by packet does not come again over the network"


def test_a_terminal_that_has_no_network_gets_a_round_by_packets_alone(
    here: House, experts: Callable[..., Expert], tmp_path: Path, stick: Path
) -> None:
    round_id, dossiers = site_round(here, tmp_path, 2)
    expert = experts("陈思远")
    here.seat(round_id, dossiers.values(), expert.person)
    here.running.stop()

    def to_and_fro() -> None:
        path = packets.export(expert.desk, stick).path
        received = receive_packet(here.office, path, here.clock())
        assert not received.refused and not received.waiting
        here.clock.on(minutes=1)
        taken(expert, carry_back(here, stick, [received], materials=True)[expert.person])

    write_answers(here.office, expert.person, stick / "first.zhubi", materials=True, now=here.clock())
    taken(expert, stick / "first.zhubi")
    assert [each.stage for each in expert.rows_all()] == ["commit"] * 2
    commit.sign_commitment(expert.desk, round_id, PIN)
    to_and_fro()
    expert.declare_only(round_id, "clear")
    to_and_fro()
    assert [each.stage for each in expert.rows_all()] == ["ready"] * 2
    for code in ("SX-1", "SX-2"):
        fill_by_form(expert.desk, expert.key(code))
    expert.sign("SX-1", "SX-2")
    to_and_fro()
    assert {expert.stage("SX-1"), expert.stage("SX-2")} == {"submitted"}
    assert expert.proves() == 5
    here.serve()


def test_answers_in_any_order_end_the_same(
    here: House, experts: Callable[..., Expert], tmp_path: Path, stick: Path
) -> None:
    round_id, dossiers = site_round(here, tmp_path, 2)
    expert = experts("陈思远")
    here.seat(round_id, dossiers.values(), expert.person)
    expert.take_up(round_id)
    answers = []
    for code in ("SX-1", "SX-2"):
        fill_by_form(expert.desk, expert.key(code))
        expert.sign(code)
        received = receive_packet(
            here.office, packets.export(expert.desk, stick / f"{code}.zhubi").path, here.clock()
        )
        here.clock.on(minutes=1)
        path = carry_back(here, stick, [received])[expert.person]
        answers.append(path.rename(stick / f"answer-{code}.zhubi"))
    assert taken(expert, answers[1]).changed
    assert {expert.stage("SX-1"), expert.stage("SX-2")} == {"submitted"}, (
        "the newer answer says all the older did"
    )
    with pytest.raises(PacketError) as caught:
        packets.import_packet(expert.desk, answers[0])
    assert caught.value.kind == "packets.stale"


def test_network_and_packet_mixed_make_one_leaf(
    here: House, experts: Callable[..., Expert], tmp_path: Path, stick: Path
) -> None:
    round_id, dossiers = site_round(here, tmp_path)
    expert = experts("陈思远")
    here.seat(round_id, dossiers.values(), expert.person)
    expert.take_up(round_id)
    fill_by_form(expert.desk, expert.key("SX-1"))
    expert.sign("SX-1")
    path = packets.export(expert.desk, stick).path
    here.wire.lose("/v1/records")
    assert submit.submit(expert.desk).unsent == 1, "it arrived, and its answer did not"
    received = receive_packet(here.office, path, here.clock())
    assert (received.fresh, received.here) == (0, 1)
    taken(expert, carry_back(here, stick, [received])[expert.person])
    assert expert.stage("SX-1") == "submitted"
    expert.sync()
    assert len(here.logged(RecordType.REVIEW)) == 1


def test_what_the_office_refuses_comes_back_with_its_reason(
    here: House, experts: Callable[..., Expert], tmp_path: Path, stick: Path
) -> None:
    round_id, dossiers = site_round(here, tmp_path)
    expert = experts("陈思远")
    here.seat(round_id, dossiers.values(), expert.person)
    expert.take_up(round_id)
    fill_by_form(expert.desk, expert.key("SX-1"))
    expert.sign("SX-1")
    other = experts("苏曼")
    here.replace(round_id, dossiers["SX-1"], expert.person, other.person)
    received = receive_packet(here.office, packets.export(expert.desk, stick).path, here.clock())
    assert [each.status for each in received.refused] == ["refused"]
    packets.import_packet(expert.desk, carry_back(here, stick, [received])[expert.person])
    assert not expert.desk.store.outbox.pending()


def test_packets_of_another_office_or_of_nobody_known_are_named(
    here: House, experts: Callable[..., Expert], tmp_path: Path, stick: Path, clock: Clock
) -> None:
    round_id, dossiers = site_round(here, tmp_path)
    expert = experts("陈思远")
    here.seat(round_id, dossiers.values(), expert.person)
    expert.sync()
    commit.sign_commitment(expert.desk, round_id, PIN)
    path = packets.export(expert.desk, stick).path
    size = here.size()
    (tmp_path / "elsewhere").mkdir()
    elsewhere = House(tmp_path / "elsewhere", clock)
    try:
        with pytest.raises(PacketError) as caught:
            receive_packet(elsewhere.office, path, clock())
        assert caught.value.kind == "packets.other-recipient"
    finally:
        elsewhere.close()
    with pytest.raises(PacketError) as caught:
        packets.import_packet(expert.desk, path)
    assert caught.value.kind == "packets.made-here"
    whole = path.read_bytes()
    for spoilt, kind in ((whole[:-1], "packets.truncated"), (whole + b"x", "packets.altered")):
        path.write_bytes(spoilt)
        with pytest.raises(PacketError) as caught:
            receive_packet(here.office, path, clock())
        assert caught.value.kind == kind
    path.write_bytes(whole)
    here.revoke(expert.person, expert.device)
    with pytest.raises(PacketError) as caught:
        receive_packet(here.office, path, clock())
    assert caught.value.kind == "packets.unknown-maker"
    assert here.size() == size + 1, "the revocation, and nothing else"


def test_an_office_that_forgot_what_an_expert_saw_takes_nothing(
    here: House, experts: Callable[..., Expert], tmp_path: Path, stick: Path, clock: Clock, database_url: str
) -> None:
    if not database_url.startswith("sqlite"):
        pytest.skip("a copy of the folder is a backup only where the database is in it")
    round_id, dossiers = site_round(here, tmp_path)
    expert = experts("陈思远")
    here.seat(round_id, dossiers.values(), expert.person)
    here.close()
    database = Path(database_url.removeprefix("sqlite:///"))
    backup = shutil.copy(database, tmp_path / "backup.db")
    here.open()
    expert.take_up(round_id)
    fill_by_form(expert.desk, expert.key("SX-1"))
    expert.sign("SX-1")
    path = packets.export(expert.desk, stick).path
    here.close()
    shutil.copy(backup, database)
    here.open()
    size = here.size()
    with pytest.raises(PacketError) as caught:
        receive_packet(here.office, path, clock())
    assert caught.value.kind == "packets.ahead" and here.size() == size


def test_drafts_go_to_another_device_and_nothing_typed_there_is_lost(
    here: House, experts: Callable[..., Expert], tmp_path: Path, stick: Path
) -> None:
    round_id, dossiers = site_round(here, tmp_path, 2)
    laptop = experts("陈思远")
    here.seat(round_id, dossiers.values(), laptop.person)
    laptop.take_up(round_id)
    tablet = experts("陈思远", here.invite("陈思远", person=laptop.person, again=True))
    tablet.sync()
    laptop.sync()
    fill_by_form(laptop.desk, laptop.key("SX-1"))
    evidence.add_note(laptop.desk, laptop.key("SX-1"), "样机铭牌与任务书一致。")
    laptop.opinion("SX-2", "笔记本上写的意见。")
    here.clock.on(minutes=1)
    tablet.opinion("SX-2", "平板上后写的意见。")
    there = next(each for each in packets.destinations(laptop.desk) if each.id != packets.OFFICE)
    assert packets.waiting(laptop.desk, to=there.id).drafts == 2
    path = packets.export(laptop.desk, stick, to=there.id).path
    here.revoke(laptop.person, laptop.device)
    tablet.sync()

    assert packets.inspect(tablet.desk, path).kind == "drafts"
    assert taken(tablet, path).changed
    assert tablet.typed("SX-1") == laptop.typed("SX-1")
    assert [each.digest for each in evidence.rows(tablet.desk, tablet.key("SX-1"))] == [
        each.digest for each in evidence.rows(laptop.desk, laptop.key("SX-1"))
    ]
    assert tablet.typed("SX-2") == "平板上后写的意见。", "what is newer here stays"
    aside = tablet.desk.store.earlier.all(tablet.key("SX-2"))
    assert [each.sheet.opinion for each in aside] == ["笔记本上写的意见。"], (
        "and what is older is kept beside it"
    )
    assert not taken(tablet, path).changed
    tablet.sign("SX-1")
    tablet.submit()
    tablet.sync()
    assert [each.state for each in evidence.rows(tablet.desk, tablet.key("SX-1"))] == ["accepted"]


def test_the_same_from_a_shell(
    here: House,
    experts: Callable[..., Expert],
    tmp_path: Path,
    stick: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    round_id, dossiers = site_round(here, tmp_path, 2)
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE, encoding="utf-8")
    panel = [experts(name) for name in ("陈思远", "苏曼", "韩立冬")]

    def run(*arguments: str | Path) -> tuple[int, str]:
        capsys.readouterr()
        status = commands.run(["--lang", "zh", *map(str, arguments)])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return status, out + err

    def office(*arguments: str | Path) -> tuple[int, str]:
        return run("office", "--dir", here.home, *arguments)

    def packet(expert: Expert, *arguments: str | Path) -> tuple[int, str]:
        # The global option stands before the command, and the passphrase behind it.
        act, *rest = arguments
        expert.close()
        try:
            return run("--directory", expert.folder, "packet", act, "--passphrase-file", secret, *rest)
        finally:
            expert.open()

    for each in panel:
        here.seat(round_id, dossiers.values(), each.person)
        each.take_up(round_id)
        for code in ("SX-1", "SX-2"):
            fill_by_form(each.desk, each.key(code))
    bags = tmp_path / "bags"
    bags.mkdir()
    for each in panel[:2]:
        each.sign("SX-1", "SX-2")
        status, said = packet(each, "export", bags)
        assert status == 0 and "签名记录 2 份" in said and "不是送达证明" in said
    (bags / "zz-broken.zhubi").write_bytes(next(bags.iterdir()).read_bytes()[:-5])
    status, said = office("receive", bags, "--answer", stick)
    assert status == 1, "one of the three packets is broken"
    assert said.count("记录：新收 2，已有 0") == 2 and "不完整" in said
    assert "尚缺 现场考察  韩立冬：SX-1、SX-2" in said
    answers = {name: next(stick.glob(f"回执-{name}-*.zhubi")) for name in ("陈思远", "苏曼")}
    chen = panel[0]
    status, said = packet(chen, "inspect", answers["陈思远"], answers["苏曼"])
    assert status == 1 and "回执 5 份" in said and "不是给这里的" in said
    status, said = packet(chen, "import", answers["陈思远"])
    assert status == 0 and "2 份记录已核验回执" in said and chen.stage("SX-2") == "submitted"
    status, said = packet(chen, "import", answers["陈思远"])
    assert status == 0 and "没有新内容" in said
    assert packet(chen, "export", bags)[0] == 1, "nothing waits any more"
    status, said = office("packet", "现场考察", "--output", stick, "--materials", "--expert", "韩立冬")
    assert status == 0 and "韩立冬" in said
    assert packet(panel[2], "import", next(stick.glob("回执-韩立冬-*.zhubi")))[0] == 0


def test_what_a_packet_brings_after_closing_is_late_on_both_sides(
    here: House, experts: Callable[..., Expert], tmp_path: Path, stick: Path
) -> None:
    round_id, dossiers = site_round(here, tmp_path)
    expert = experts("陈思远")
    here.seat(round_id, dossiers.values(), expert.person)
    expert.take_up(round_id)
    fill_by_form(expert.desk, expert.key("SX-1"))
    expert.sign("SX-1")
    path = packets.export(expert.desk, stick).path
    here.clock.on(hours=48)
    received = receive_packet(here.office, path, here.clock())
    assert received.fresh == 1 and not received.refused, "late is a state, not a loss"
    taken(expert, carry_back(here, stick, [received])[expert.person])
    assert here.stands(round_id, dossiers["SX-1"], expert.person) == "late"
    assert expert.stage("SX-1") == "late"
