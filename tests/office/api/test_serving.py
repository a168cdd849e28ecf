"""The office on a real socket: over TLS with its own certificate, and against every request a schema can think of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error

from zhubi.core.model.errors import ZhubiError
from zhubi.core.trust.invitations import decode_invitation, encode_invitation
from zhubi.core.wire.client import OfficeClient
from zhubi.core.wire.errors import WireError
from zhubi.core.wire.identity import TransportIdentity
from zhubi.office.access.invitations import invite
from zhubi.office.api.serving import serve, serve_in_thread


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """A socket is the same before any database."""
    return f"sqlite:///{tmp_path / 'test.db'}"


@contextmanager
def served(office: Any, **how: Any) -> Iterator[str]:
    running = serve_in_thread(office, **how)
    try:
        yield running.url
    finally:
        running.stop()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for this machine, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Zhubi test office")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, secret = tmp_path / "office.pem", tmp_path / "office-key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return pem, secret


def test_an_invitation_carries_the_anchor_by_which_the_office_is_known(
    scene: Any, certificate: tuple[Path, Path], pens: Any
) -> None:
    pem, secret = certificate
    (scene.office.directory / "anchor.pem").write_bytes(pem.read_bytes())
    invitation = decode_invitation(
        encode_invitation(
            invite(scene.office, scene.office.staff(), name="陈思远", unit="浙江大学", now=scene.clock())
        )
    )
    assert invitation.tls_anchor == pem.read_text()
    pen = pens.Pen(None, invitation, scene.clock)
    identity = TransportIdentity(pen.transport, invitation.origin)
    with served(scene.office, certificate=pem, key=secret) as url:
        assert url.startswith("https://")
        with OfficeClient(url, invitation.tls_anchor, identity, clock=scene.clock) as client:
            client.enrol(pens.request_of(invitation, pen.signing, pen.transport, pen.sealing))
            assert client.feed("0.0").items
        with OfficeClient(url, "", identity, clock=scene.clock) as unpinned, pytest.raises(WireError):
            unpinned.checkpoint()


def test_beyond_this_machine_nothing_is_served_in_the_clear(scene: Any) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.1"):
        with pytest.raises(ZhubiError) as refused:
            serve(scene.office, host, 0)
        assert refused.value.kind == "api.tls-needed"


def test_a_taken_address_is_told(scene: Any) -> None:
    with served(scene.office) as url:
        port = int(url.rpartition(":")[2])
        with pytest.raises(ZhubiError) as taken:
            serve_in_thread(scene.office, port)
        assert taken.value.kind == "api.address"
        assert str(port) in str(taken.value.details["address"])


def test_what_serves_names_neither_itself_nor_its_libraries(scene: Any) -> None:
    with served(scene.office) as url:
        answer = httpx.get(f"{url}/v1/log/checkpoint")
    assert "server" not in answer.headers
    assert "date" in answer.headers


def test_no_request_the_description_allows_makes_the_office_fail(scene: Any, house: Any) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, house.bring("ZJ26-001"))
    scene.logged(pen, pen.review(scene, card, content))
    with served(scene.office) as url, httpx.Client(base_url=url) as client:
        schema = schemathesis.openapi.from_dict(client.get("/v1/openapi.json").json())
        headers = {"Authorization": f"Bearer {pen.sign_in()}"}
        operations = [found.ok() for found in schema.get_all_operations()]
        assert len(operations) >= 10
        asked = sum(_hammer(operation, url, headers) for operation in operations)
    assert asked >= 10 * len(operations)


def _hammer(operation: Any, url: str, headers: dict[str, str]) -> int:
    """Ask one call in many ways, fitting and not; gives how many."""
    asked = 0
    modes = st.one_of(
        operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE),
    )

    @settings(
        max_examples=20, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=modes)
    def each(case: Any) -> None:
        nonlocal asked
        asked += 1
        case.headers = {**(case.headers or {}), **headers}
        case.call_and_validate(base_url=url, checks=[not_a_server_error])

    each()
    return asked
