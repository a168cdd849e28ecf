"""One log: whoever writes, from wherever, there is one sequence, and every record in it is proven."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from zhubi.core.model.records import AcceptanceBody, RecordType, RevocationBody
from zhubi.core.trust.checkpoints import read_checkpoint
from zhubi.core.trust.merkle import leaf_hash, root_of
from zhubi.core.trust.proofs import verify_proof
from zhubi.core.trust.records import peek, record_digest, sign
from zhubi.office.ledger.acts import compose
from zhubi.office.ledger.errors import LedgerConflict, LedgerError
from zhubi.office.opening import Office, open_office

WRITER = Path(__file__).with_name("writer_process.py")


def statements(office: Office, count: int) -> list[str]:
    """Records that stand on their own: acceptances of nothing in particular."""
    body = AcceptanceBody(record="c" * 64, payload_sha256="d" * 64)
    return [
        compose(office.ledger, office.service, RecordType.ACCEPTANCE, body, now=office.clock())
        for _ in range(count)
    ]


def check_whole(office: Office) -> list[str]:
    """The digests of the whole log, after every claim of it was checked from its pinned keys alone."""
    with office.ledger.reading() as reading:
        size = reading.size()
        checkpoint = read_checkpoint(reading.checkpoint(), office.ledger.pins)
        stored = [reading.at(index) for index in range(size)]
        digests = [each.digest for each in stored if each is not None]
        proofs = reading.proofs(digests)
        assert reading.at(size) is None
        assert [each.logged_at for each in stored if each] == sorted(
            each.logged_at for each in stored if each
        )
    assert len(digests) == size == checkpoint.size
    assert len(set(digests)) == size
    assert root_of([leaf_hash(bytes.fromhex(each)) for each in digests]) == checkpoint.root
    for digest in digests:
        assert verify_proof(proofs[digest], digest, office.ledger.pins).size == size
    return digests


def run_writer(office: Office, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(WRITER), str(office.directory), *arguments], stdout=subprocess.PIPE, text=True
    )


def test_a_record_is_proven_as_soon_as_its_turn_is_over(office: Office) -> None:
    [compact] = statements(office, 1)
    with office.ledger.writing() as writing:
        stored = writing.append(compact)
        assert stored.logged_at is None
        assert writing.proof(stored.digest) is None
        assert writing.record(stored.digest) == stored
    with office.ledger.reading() as reading:
        again = reading.record(stored.digest)
        proof = reading.proof(stored.digest)
    assert again is not None and again.index == stored.index and again.compact == compact
    assert again.logged_at == int(office.clock().timestamp())
    assert proof is not None
    assert verify_proof(proof, record_digest(compact), office.ledger.pins).time == again.logged_at


def test_the_same_record_a_hundred_times_is_one_leaf(office: Office) -> None:
    [compact] = statements(office, 1)
    before = len(check_whole(office))
    found = set()
    for _ in range(50):
        with office.ledger.writing() as writing:
            found |= {writing.append(compact).index, writing.append(compact).index}
    assert found == {before}
    assert len(check_whole(office)) == before + 1


def test_other_bytes_under_a_known_id_are_a_conflict_that_changes_nothing(office: Office) -> None:
    first, _ = statements(office, 2)
    rival = _with_id_of(office, first)
    with office.ledger.writing() as writing:
        writing.append(first)
        with pytest.raises(LedgerConflict):
            writing.append(rival)
    before = check_whole(office)
    with office.ledger.writing() as writing, pytest.raises(LedgerConflict) as caught:
        writing.append(rival)
    assert caught.value.details["held"] == record_digest(first)
    assert check_whole(office) == before


def _with_id_of(office: Office, compact: str) -> str:
    payload, _ = peek(compact)
    return sign({**payload, "nonce": "0" * 32}, office.service.key)


def test_a_turn_that_raises_leaves_nothing(office: Office) -> None:
    before = check_whole(office)
    with pytest.raises(ZeroDivisionError), office.ledger.writing() as writing:
        for compact in statements(office, 3):
            writing.append(compact)
        raise ZeroDivisionError
    assert check_whole(office) == before


def test_keys_named_in_a_turn_that_was_rolled_back_sign_nothing(office: Office) -> None:
    [compact] = statements(office, 1)
    body = RevocationBody(person=office.service.author, kid=office.service.key.kid, reason="试验")
    revoke = compose(office.ledger, office.staff(), RecordType.REVOCATION, body, now=office.clock())
    with pytest.raises(LedgerError, match="revoked"), office.ledger.writing() as writing:
        writing.append(revoke)
        writing.append(compact)
    with office.ledger.writing() as writing:
        writing.append(compact)
    assert office.ledger.registry().holder(office.service.key.kid) is not None


def test_a_turn_inside_a_turn_is_refused_rather_than_waited_for(office: Office) -> None:
    with office.ledger.writing() as writing:
        writing.append(statements(office, 1)[0])
        with pytest.raises(LedgerError) as caught, office.ledger.writing():
            pass
        assert caught.value.kind == "ledger.nested"
        with office.ledger.reading() as reading:
            assert reading.size() == writing.size() - 1


def test_the_times_of_checkpoints_never_go_back(office: Office) -> None:
    started = office.clock()
    with office.ledger.writing() as writing:
        first = writing.append(statements(office, 1)[0]).index
    office.clock.pass_time(days=-3)
    with office.ledger.writing() as writing:
        second = writing.append(statements(office, 1)[0]).index
    office.clock.pass_time(days=4)
    with office.ledger.writing() as writing:
        third = writing.append(statements(office, 1)[0]).index
    with office.ledger.reading() as reading:
        times = [reading.logged_at(index) for index in (first, second, third)]
    assert times == [int(started.timestamp()), int(started.timestamp()), int(started.timestamp()) + 86400]


def test_log_time_is_that_of_the_earliest_checkpoint_that_holds_the_leaf(office: Office) -> None:
    with office.ledger.writing() as writing:
        index = writing.append(statements(office, 1)[0]).index
    at = int(office.clock().timestamp())
    office.clock.pass_time(hours=5)
    with office.ledger.writing() as writing:
        writing.append(statements(office, 1)[0])
    with office.ledger.reading() as reading:
        assert reading.logged_at(index) == at
        assert reading.logged_at(index + 1) == at + 5 * 3600
        assert reading.logged_at(index + 2) is None


def test_five_hundred_in_one_turn(office: Office) -> None:
    before = check_whole(office)
    compacts = statements(office, 500)
    with office.ledger.writing() as writing:
        indexes = [writing.append(each).index for each in compacts]
    assert indexes == list(range(len(before), len(before) + 500))
    assert check_whole(office) == before + [record_digest(each) for each in compacts]


@given(
    turns=st.lists(
        st.tuples(st.booleans(), st.lists(st.integers(0, 11), max_size=8), st.booleans()), max_size=10
    )
)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_any_duplication_any_interruption_gives_one_log(
    office: Office, turns: list[tuple[bool, list[int], bool]]
) -> None:
    other = open_office(office.directory, clock=office.clock)
    compacts = statements(office, 12)
    expected = check_whole(office)
    for here, chosen, broken in turns:
        ledger = (office if here else other).ledger
        try:
            with ledger.writing() as writing:
                for each in chosen:
                    writing.append(compacts[each])
                if broken:
                    raise InterruptedError
        except InterruptedError:
            continue
        names = [record_digest(compacts[each]) for each in chosen]
        expected += [name for name in dict.fromkeys(names) if name not in expected]
    assert check_whole(office) == check_whole(other) == expected
    other.close()


def test_many_threads_make_one_sequence(office: Office) -> None:
    shared = statements(office, 5)
    own = [statements(office, 8) for _ in range(6)]
    before = check_whole(office)
    faults: list[BaseException] = []

    def write(mine: list[str]) -> None:
        try:
            for each in mine:
                with office.ledger.writing() as writing:
                    for one in (each, *shared):
                        writing.append(one)
                with office.ledger.reading() as reading:
                    proof = reading.proof(record_digest(each))
                    assert proof is not None
                    verify_proof(proof, record_digest(each), office.ledger.pins)
        except BaseException as problem:  # noqa: BLE001 - a thread's fault is the test's
            faults.append(problem)

    threads = [threading.Thread(target=write, args=(mine,)) for mine in own]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not faults
    after = check_whole(office)
    assert after[: len(before)] == before
    assert sorted(after[len(before) :]) == sorted(record_digest(each) for each in chain(shared, *own))


def test_two_processes_make_one_sequence(office: Office) -> None:
    before = check_whole(office)
    writers = [run_writer(office, "write", "15", "3") for _ in range(3)]
    mine = []
    for compact in statements(office, 15):
        with office.ledger.writing() as writing:
            mine.append(writing.append(compact).digest)
    said = [line for each in writers for line in each.communicate(timeout=120)[0].split()]
    assert [each.returncode for each in writers] == [0, 0, 0]
    assert len(said) == 3 * 15 * 3
    after = check_whole(office)
    assert sorted(after) == sorted([*before, *mine, *said])


def test_another_process_certifies_a_key_and_this_one_believes_it(office: Office) -> None:
    kid = _said_by(run_writer(office, "certify")).strip()
    holder = office.ledger.registry().holder(kid)
    assert holder is not None and holder.name == "李秘书"
    assert office.staff("李秘书").key.kid == kid


def _said_by(writer: subprocess.Popen[str]) -> str:
    said, _ = writer.communicate(timeout=120)
    assert writer.returncode == 0
    return said


@pytest.fixture
def killed_before_checkpoint(office: Office) -> Iterator[str]:
    """A record whose process was killed after it committed and before the checkpoint was signed."""
    writer = run_writer(office, "die")
    said, _ = writer.communicate(timeout=120)
    assert writer.returncode == -signal.SIGKILL
    yield said.strip()


def test_a_kill_between_commit_and_checkpoint_is_mended_by_the_next_read(
    office: Office, killed_before_checkpoint: str
) -> None:
    committed, covered = _sizes(office)
    assert committed == covered + 1
    office.clock.pass_time(minutes=7)
    digests = check_whole(office)
    assert digests[-1] == killed_before_checkpoint
    with office.ledger.reading() as reading:
        stored = reading.record(killed_before_checkpoint)
    assert stored is not None and stored.logged_at == int(office.clock().timestamp())


def test_a_kill_between_commit_and_checkpoint_is_mended_by_opening(
    office: Office, killed_before_checkpoint: str
) -> None:
    open_office(office.directory, clock=office.clock).close()
    assert _sizes(office) == (len(check_whole(office)),) * 2


def test_a_kill_between_commit_and_checkpoint_is_mended_by_the_next_turn(
    office: Office, killed_before_checkpoint: str
) -> None:
    with office.ledger.writing() as writing:
        digest = writing.append(statements(office, 1)[0]).digest
    assert check_whole(office)[-2:] == [killed_before_checkpoint, digest]


def _sizes(office: Office) -> tuple[int, int]:
    with office.ledger.database.reading() as connection:
        found = connection.execute(
            text("SELECT (SELECT max(log_index) + 1 FROM records), (SELECT max(size) FROM checkpoints)")
        ).one()
    return found[0], found[1]


def test_a_kill_at_any_moment_leaves_whole_turns_only(office: Office) -> None:
    writer = run_writer(office, "write", "100000", "4")
    assert writer.stdout is not None
    said = [writer.stdout.readline().strip() for _ in range(10)]
    writer.kill()
    writer.communicate()
    digests = check_whole(office)
    assert set(said) <= set(digests)
    assert (len(digests) - 2) % 4 == 0  # two certified keys, then turns of four


def test_a_database_that_lost_records_is_not_served(office: Office) -> None:
    with office.ledger.writing() as writing:
        last = writing.append(statements(office, 1)[0]).index
    with office.ledger.database.writing() as connection:
        for table in ("links", "records"):
            connection.execute(text(f"DELETE FROM {table} WHERE log_index = {last}"))
    with pytest.raises(LedgerError) as caught, office.ledger.reading():
        pass
    assert caught.value.kind == "ledger.tree-damaged"


def test_a_tree_that_no_longer_continues_what_was_signed_is_not_signed(office: Office) -> None:
    with office.ledger.writing() as writing:
        for compact in statements(office, 3):
            writing.append(compact)
    signed = office.ledger.checkpoint()
    with office.ledger.database.writing() as connection:
        connection.execute(
            text(
                "UPDATE nodes SET hash = (SELECT hash FROM nodes WHERE level = 0 AND position = 1) WHERE level = 2"
            )
        )
    with pytest.raises(LedgerError) as caught, office.ledger.writing() as writing:
        writing.append(statements(office, 1)[0])
    assert caught.value.kind == "ledger.tree-damaged"
    with office.ledger.database.reading() as connection:
        assert connection.execute(text("SELECT text FROM checkpoints ORDER BY size DESC")).scalar() == signed
