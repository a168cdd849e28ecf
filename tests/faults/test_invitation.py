"""Invitations that are wrong, wrapped, used, expired, or of another office: nothing is enrolled."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.core.trust.invitations import Invitation, encode_invitation
from zhubi.expert.desk.enrol import read_invitation
from zhubi.expert.desk.opening import is_enrolled
from zhubi.office.opening import create_office

from .house import PASSPHRASE, PIN, Town, enrolled, invited, said, shell


def fresh(town: Town, name: str = "李明") -> Invitation:
    """One more invitation of the town's office, which is served."""
    return invited(town.office, town.office_clock(), name).model_copy(update={"url": town.url})


def refused(town: Town, invitation: Invitation, home: Path) -> ZhubiError:
    with pytest.raises(ZhubiError) as caught:
        enrolled(home, invitation, invitation.url, town.clock)
    said(caught.value)
    assert not is_enrolled(home)
    return caught.value


def works_now(town: Town, home: Path) -> None:
    """The same machine enrols with a good invitation, whatever was tried before."""
    good = fresh(town)
    enrolled(home, good, good.url, town.clock)
    assert is_enrolled(home)


def test_a_text_without_an_invitation_is_no_invitation(newcomer: Town) -> None:
    good = encode_invitation(fresh(newcomer))
    flipped = good[:90] + ("0" if good[90] != "0" else "1") + good[91:]
    texts = [
        "", " ", "你好", "zhubi1:", "zhubi1:" + "0" * 50, "zhubi9:" + good[7:], good[: len(good) // 2], good[:-1],
        flipped, good[200:], "\x1b]52;c;AAAA\x07", "zhubi1:" + "Z" * 190_000, "x" * 200_001, "\ud800zhubi1:",
        "zhubi1:" * 9000, "zhubi" + "1" * 3000 + ":",
    ]  # fmt: skip
    for text in texts:
        with pytest.raises(ZhubiError) as caught:
            read_invitation(text)
        said(caught.value)


def test_a_wrapped_invitation_is_read_as_it_was_meant(newcomer: Town) -> None:
    invitation = fresh(newcomer)
    text = encode_invitation(invitation)
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    wrapped = [
        text.replace("\n", "\r\n> "),
        "您好，请查收：\n\n　　" + text.replace("\n", "\n　　") + "\n\n——评审处",
        text.lower(),
        "".join(text.split()),
        "\ufeff" + "\u200b".join(text),
        wide,
        unicodedata.normalize("NFD", f"《{text}》"),
    ]
    for each in wrapped:
        assert read_invitation(each).invitation == invitation


def test_a_used_invitation_says_so(newcomer: Town, tmp_path: Path) -> None:
    invitation = fresh(newcomer)
    enrolled(tmp_path / "first", invitation, invitation.url, newcomer.clock)
    assert refused(newcomer, invitation, tmp_path / "second").kind == "access.code-used"
    works_now(newcomer, tmp_path / "second")


def test_an_expired_invitation_says_so(newcomer: Town, tmp_path: Path) -> None:
    invitation = fresh(newcomer)
    newcomer.office_clock.on(days=365)
    newcomer.clock.on(days=365)
    assert read_invitation(encode_invitation(invitation), newcomer.clock()).expired
    assert refused(newcomer, invitation, tmp_path / "new").kind == "access.code-expired"
    works_now(newcomer, tmp_path / "new")


def test_a_wrong_code_is_refused(newcomer: Town, tmp_path: Path) -> None:
    invitation = fresh(newcomer).model_copy(update={"code": "0" * 20})
    assert refused(newcomer, invitation, tmp_path / "new").kind == "access.unknown-code"
    works_now(newcomer, tmp_path / "new")


def test_a_revoked_or_foreign_place_in_the_invitation_is_refused(newcomer: Town, tmp_path: Path) -> None:
    invitation = fresh(newcomer)
    other = create_office(
        tmp_path / "other",
        organiser="别处",
        manager_name="某",
        url="http://127.0.0.1:9",
        clock=newcomer.clock,
    )
    pins, root = other.ledger.pins, other.ledger.root
    other.close()
    for change in (
        {"root_key": root},
        {"log_key": pins.log_key, "origin": pins.origin},
        {"cosigner_key": pins.cosigner_key},
        {"record": "0" * 64},
        {"person": "01920000-0000-7000-8000-000000000000"},
    ):
        refused(newcomer, fresh(newcomer).model_copy(update=change), tmp_path / "new")
    assert invitation.root_key != root
    works_now(newcomer, tmp_path / "new")


def test_no_office_at_the_address(newcomer: Town, tmp_path: Path) -> None:
    invitation = fresh(newcomer)
    away = invitation.model_copy(update={"url": "http://127.0.0.1:9"})
    assert refused(newcomer, away, tmp_path / "new").kind == "wire.unreachable"
    # The same invitation is still good: nothing was spent on the way.
    enrolled(tmp_path / "new", invitation, invitation.url, newcomer.clock)


def test_the_shell_says_each_in_a_sentence(newcomer: Town, tmp_path: Path) -> None:
    used = fresh(newcomer)
    enrolled(tmp_path / "first", used, used.url, newcomer.clock)
    pin = tmp_path / "pin.txt"
    pin.write_text(PIN)
    good = encode_invitation(used)
    for name, text in (("used", good), ("cut", good[:-40]), ("nothing", "hello"), ("empty", "")):
        file = tmp_path / f"{name}.txt"
        file.write_text(text)
        for language in ("zh", "en"):
            done = shell(
                "--lang", language, "enrol", str(file), "--yes", "--pin-file", str(pin), home=tmp_path / "new"
            )
            assert done.returncode == 1
            assert done.stderr.strip().endswith((".", "。"))
    assert not is_enrolled(tmp_path / "new")
    missing = shell("enrol", str(tmp_path / "none.txt"), "--yes", home=tmp_path / "new")
    assert missing.returncode == 1
    assert PASSPHRASE not in missing.stderr
