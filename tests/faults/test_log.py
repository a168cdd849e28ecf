"""A log that forks, drops or rewrites, made from the real one: the client stops, keeps everything, and says so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from zhubi.core.model.records import InvitationBody, RecordType
from zhubi.core.model.values import instant
from zhubi.core.trust.checkpoints import read_checkpoint
from zhubi.expert.desk import overview, review, submit, trail
from zhubi.expert.sync.errors import CONTRADICTED
from zhubi.office.ledger.acts import compose
from zhubi.office.opening import Office

from .house import PIN, Town, is_sentence, shell
from .waylayer import hurry


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


def backed_up(town: Town) -> Path:
    """The office's directory as it is now, put aside."""
    town.close_office()
    return Path(shutil.copytree(town.office_home, town.folder / "backup"))


def restored(town: Town, backup: Path) -> None:
    """The office goes on from its backup, under the same keys."""
    town.close_office()
    shutil.rmtree(town.office_home)
    shutil.copytree(backup, town.office_home)
    town.meet_at(town.url)


def something_logged(office: Office, count: int) -> None:
    """Other business of the office: invitations of other people."""
    for number in range(count):
        body = InvitationBody(
            person=f"01920000-0000-7000-8000-{number:012d}", name=f"某人{number}", code_hash="0" * 64,
            expires_at=instant(office.clock()),
        )  # fmt: skip
        compact = compose(office.ledger, office.staff(), RecordType.INVITATION, body, now=office.clock())
        with office.ledger.writing() as writing:
            writing.append(compact)


def stopped(town: Town) -> str:
    """Sync stops; both logs are kept as evidence; everything here stays; the desk says so. Gives the fault."""
    before = town.state()
    report = town.sync()
    assert report.problem_kind in CONTRADICTED, report
    assert is_sentence(report.problem)
    assert report.sent == 0
    assert town.state() == before
    desk = town.desk
    office = desk.store.offices.all()[0]
    evidence = desk.store.log.evidence(office.office)
    assert evidence
    from zhubi.core.trust.checkpoints import PinnedLog

    pins = PinnedLog(office.office, office.log_key, office.cosigner_key)
    kept, found = (read_checkpoint(text, pins) for text in (evidence[-1].kept, evidence[-1].found))
    assert (kept.size, kept.root) != (found.size, found.root)
    line = overview.status_line(desk)
    assert line.state == "failed"
    assert line.problem == report.problem
    for row in town.rows():
        review.open_review(desk, row.key)
        assert not trail.trail(desk, row.key).faults
    again = town.sync()
    assert again.problem_kind == report.problem_kind
    delivered = submit.submit(desk)
    assert delivered.unsent == before[1]  # type: ignore[index]
    return report.problem_kind


def test_a_log_that_was_set_back_and_is_shorter(signed: Town) -> None:
    backup = backed_up(signed)
    something_logged(signed.office, 3)
    signed.meet_at(signed.url)
    assert not signed.sync().problem
    restored(signed, backup)
    assert stopped(signed) == "sync.log-shrank"


def test_a_log_that_went_on_otherwise_after_a_backup(town: Town) -> None:
    backup = backed_up(town)
    something_logged(town.office, 2)
    town.meet_at(town.url)
    assert not town.sync().problem
    restored(town, backup)
    something_logged(town.office, 5)
    assert stopped(town) == "sync.log-forked"


def test_a_log_of_the_same_length_with_other_records(town: Town) -> None:
    backup = backed_up(town)
    something_logged(town.office, 2)
    town.meet_at(town.url)
    assert not town.sync().problem
    restored(town, backup)
    something_logged(town.office, 2)
    assert stopped(town) == "sync.log-rewritten"


def test_deliveries_to_a_log_that_forked_stay_here(signed: Town) -> None:
    backup = backed_up(signed)
    something_logged(signed.office, 2)
    signed.meet_at(signed.url)
    from zhubi.core.wire.client import OfficeClient
    from zhubi.expert.sync.following import LogFollower

    known = signed.desk.store.offices.all()[0]
    with OfficeClient(signed.url) as client:
        answer = client.checkpoint()
        assert answer is not None
        LogFollower(signed.desk.store, client, known, signed.clock()).advance(answer.text)
    restored(signed, backup)
    something_logged(signed.office, 5)
    assert signed.desk.store.outbox.unsent() == 2
    report = submit.submit(signed.desk)
    assert report.unsent == 2
    assert is_sentence(report.problem)
    assert all(is_sentence(each.sentence) for each in report.delivered)
    stopped(signed)
    assert {row.stage for row in signed.rows()} == {"signed"}


def test_a_record_that_was_exchanged_under_its_leaf(declared: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from .waylayer import meddling
    from .waylayer import rewritten as changed

    def exchanged(page: dict[str, object]) -> dict[str, object]:
        items = page["items"]
        assert isinstance(items, list)
        if len(items) > 1:
            items[-1] = {**items[-1], "record": items[0]["record"]}
        return page

    before = declared.state()
    with meddling(monkeypatch, "/v1/feed", changed(exchanged)) as meddler:
        report = declared.sync()
    assert meddler.met
    if report.problem:
        assert report.problem_kind == "sync.bad-record"
        assert is_sentence(report.problem)
        assert declared.state() != before or report.received == 0
    assert not declared.sync().problem
    assert {row.stage for row in declared.rows()} == {"ready"}


def test_two_experts_who_are_shown_different_logs(town: Town) -> None:
    """Each of two offices with the same keys is sound by itself; whoever sees both knows."""
    twin = town.folder / "twin"
    town.close_office()
    shutil.copytree(town.office_home, twin)
    something_logged(town.office, 1)
    town.meet_at(town.url)
    assert not town.sync().problem
    restored(town, twin)
    something_logged(town.office, 1)
    assert stopped(town) == "sync.log-rewritten"


def test_another_office_under_the_same_address(town: Town) -> None:
    from zhubi.office.opening import create_office

    before = town.state()
    town.close_office()
    shutil.move(town.office_home, town.folder / "real")
    create_office(
        town.office_home, organiser="大足区科学技术局", manager_name="某", url="http://127.0.0.1:9",
        clock=town.office_clock,
    ).close()  # fmt: skip
    town.meet_at(town.url)
    report = town.sync()
    assert is_sentence(report.problem)
    assert town.state() == before
    town.close_office()
    shutil.rmtree(town.office_home)
    shutil.move(town.folder / "real", town.office_home)
    town.meet_at(town.url)
    assert not town.sync().problem


def test_the_shell_says_that_the_log_forked(town: Town) -> None:
    backup = backed_up(town)
    something_logged(town.office, 2)
    town.meet_at(town.url)
    assert not town.sync().problem
    restored(town, backup)
    town.leave()
    for language, word in (("zh", "监督"), ("en", "inspector")):
        done = shell("--lang", language, "sync", home=town.expert_home)
        assert done.returncode == 1
        assert word in done.stderr
    done = shell("status", home=town.expert_home)
    assert done.returncode == 0
    assert "监督" in done.stdout


def test_signing_goes_on_beside_a_log_that_forked(town: Town) -> None:
    from zhubi.demo.sheets import fill

    backup = backed_up(town)
    something_logged(town.office, 2)
    town.meet_at(town.url)
    assert not town.sync().problem
    restored(town, backup)
    stopped(town)
    fill(town.desk, town.key)
    assert submit.sign(town.desk, [town.key], PIN)[0].digest
    assert town.desk.store.outbox.unsent() == 1
