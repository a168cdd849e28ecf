"""A sealed version: the same bytes for everyone, nothing readable, nothing secret in the database."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import text

from zhubi.core.model.dossier import Card, Content, Section
from zhubi.core.trust.canonical import digest_of
from zhubi.core.trust.sealing import unseal
from zhubi.office.ledger.errors import LedgerError
from zhubi.office.opening import Office
from zhubi.office.vault.errors import VaultError
from zhubi.office.vault.sealing import (
    SourceContent,
    SourceFile,
    identity_of,
    seal_version,
)
from zhubi.office.vault.secrets import load_key, load_sealing_key

CANARY = "金丝雀-4c0f9b-绝不外露"
DOSSIER = "01981d8e-0000-7000-8000-000000000001"


def content() -> SourceContent:
    return SourceContent(
        card=Card(code="ZJ26-017", title="某项目"),
        sections=(Section(id="background", heading="一、背景", text=CANARY),),
    )


def attachment(tmp_path: Path, data: bytes) -> SourceFile:
    path = tmp_path / "source.bin"
    path.write_bytes(data)
    return SourceFile(path, f"{CANARY}.pdf", "application/pdf", title="可行性报告", material="proposal")


def blob(office: Office, digest: str) -> bytes:
    size = office.blobs.size(digest)
    assert size is not None
    return b"".join(office.blobs.get_range(digest, 0, size))


def test_a_version_opens_with_its_identity_and_is_what_was_brought(office: Office, tmp_path: Path) -> None:
    data = b"%PDF-1.7 " + CANARY.encode() * 40_000
    sealed = seal_version(office, DOSSIER, 3, content(), [attachment(tmp_path, data)])
    manifest = sealed.manifest
    with office.ledger.reading() as reading:
        identity = identity_of(office, reading, sealed.manifest_digest)
    assert identity.recipient == manifest.sealed_to
    assert sealed.manifest_digest == digest_of(manifest.model_dump(mode="json"))
    assert sealed.card_digest == digest_of(content().card.model_dump(mode="json"))
    inside = Content.model_validate_json(unseal(blob(office, manifest.content.digest), identity))
    assert (inside.dossier, inside.version, inside.card) == (DOSSIER, 3, content().card)
    assert inside.sections == content().sections
    [said] = inside.attachments
    [outside] = manifest.attachments
    assert said.blob == outside.digest
    assert (said.plain, said.plain_size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert (said.title, said.material, said.media_type) == ("可行性报告", "proposal", "application/pdf")
    assert unseal(blob(office, outside.digest), identity) == data


def test_a_blobs_name_is_the_digest_of_its_ciphertext(office: Office, tmp_path: Path) -> None:
    manifest = seal_version(office, DOSSIER, 1, content(), [attachment(tmp_path, b"x" * 1000)]).manifest
    for each in manifest.blobs():
        data = blob(office, each.digest)
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (each.digest, each.size)


def test_every_version_has_an_identity_of_its_own(office: Office) -> None:
    first, second = (seal_version(office, DOSSIER, version, content()) for version in (1, 2))
    assert first.manifest.sealed_to != second.manifest.sealed_to
    assert first.manifest_digest != second.manifest_digest
    assert first.card_digest == second.card_digest


def test_no_plaintext_and_no_secret_stands_in_the_data(office: Office, tmp_path: Path) -> None:
    sealed = seal_version(office, DOSSIER, 1, content(), [attachment(tmp_path, CANARY.encode() * 5000)])
    with office.ledger.reading() as reading:
        identity = identity_of(office, reading, sealed.manifest_digest)
    with office.ledger.database.reading() as connection:
        names = [row.name for row in connection.execute(text("SELECT name FROM wrapped_keys"))]
        signing = [name for name in names if not name.startswith("sealing/")]
        seeds = [load_key(connection, office.secrets, name).seed for name in signing]
        seeds += [
            load_sealing_key(connection, office.secrets, name.removeprefix("sealing/")).text.encode()
            for name in names
            if name not in signing
        ]
        dump = [
            json.dumps([str(value) for value in row], ensure_ascii=False)
            for table in ("records", "wrapped_keys", "sealed_versions", "sealed_blobs", "rulebooks", "pins")
            for row in connection.execute(text(f"SELECT * FROM {table}"))
        ]
    assert len(names) >= 5 and {"root", "log", "cosigner"} <= set(names)
    found = "\n".join(dump).encode()
    for path in (office.directory.parent).rglob("*"):
        if path.is_file() and path.name not in ("office.key", "source.bin"):
            found += path.read_bytes()
    assert sealed.manifest_digest.encode() in found
    assert CANARY.encode() not in found
    for secret in (identity.text.encode(), *seeds, *(seed.hex().encode() for seed in seeds)):
        assert secret not in found


def test_sealing_inside_a_turn_of_the_log_is_refused(office: Office) -> None:
    with office.ledger.writing(), pytest.raises(LedgerError) as caught:
        seal_version(office, DOSSIER, 1, content())
    assert caught.value.kind == "ledger.nested"


def test_a_file_that_cannot_be_read_seals_nothing(office: Office, tmp_path: Path) -> None:
    gone = SourceFile(tmp_path / "gone.pdf", "可研.pdf", "application/pdf")
    with pytest.raises(VaultError) as caught:
        seal_version(office, DOSSIER, 1, content(), [gone])
    assert (caught.value.kind, caught.value.details["name"]) == ("vault.cannot-read", "可研.pdf")
    with office.ledger.database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM sealed_versions")).scalar() == 0


def test_a_file_beyond_the_limit_is_refused_while_it_is_read(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhubi.office.vault.sealing.MAX_PLAIN", 100_000)
    with pytest.raises(VaultError) as caught:
        seal_version(office, DOSSIER, 1, content(), [attachment(tmp_path, b"x" * 100_001)])
    assert caught.value.kind == "vault.file-too-large"
    assert not list((office.directory / "data" / "blobs").rglob("*/*"))


def test_an_empty_attachment_is_sealed_like_any_other(office: Office, tmp_path: Path) -> None:
    sealed = seal_version(office, DOSSIER, 1, content(), [attachment(tmp_path, b"")])
    with office.ledger.reading() as reading:
        identity = identity_of(office, reading, sealed.manifest_digest)
    assert unseal(blob(office, sealed.manifest.attachments[0].digest), identity) == b""


def test_an_unknown_version_has_no_identity(office: Office) -> None:
    with office.ledger.reading() as reading, pytest.raises(VaultError) as caught:
        identity_of(office, reading, "0" * 64)
    assert caught.value.kind == "vault.no-such-version"


@pytest.mark.skipif(shutil.which("age") is None, reason="the age tool is not installed")
def test_the_age_tool_opens_a_blob_once_its_identity_is_known(office: Office, tmp_path: Path) -> None:
    data = CANARY.encode() * 1000
    sealed = seal_version(office, DOSSIER, 1, content(), [attachment(tmp_path, data)])
    with office.ledger.reading() as reading:
        key = tmp_path / "identity.txt"
        key.write_text(identity_of(office, reading, sealed.manifest_digest).text + "\n")
    path = tmp_path / "blob.age"
    path.write_bytes(blob(office, sealed.manifest.attachments[0].digest))
    opened = subprocess.run(["age", "-d", "-i", str(key), str(path)], capture_output=True, check=True)
    assert opened.stdout == data
