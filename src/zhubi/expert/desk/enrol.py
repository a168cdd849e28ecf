"""Enrolling this machine with an office: from a pasted invitation to keys that the log says are this expert's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zhubi.core.model.records import EnrolmentBody, Record
from zhubi.core.model.text import clean_line
from zhubi.core.model.values import parse_instant
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.invitations import Invitation, decode_invitation, describe_key
from zhubi.core.trust.keyfile import check_passphrase_form, check_pin_form
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.possession import prove
from zhubi.core.trust.sealing import SealingKey
from zhubi.core.trust.secretstore import keyring_works
from zhubi.core.trust.vouching import VouchRequest, decode_answer, encode_request
from zhubi.core.wire.messages import EnrolmentRequest
from zhubi.expert.desk import secretplace
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.opening import Clock, default_directory, now_utc
from zhubi.expert.desk.unlock import unlock
from zhubi.expert.desk.views import InvitationView
from zhubi.expert.store.store import Store
from zhubi.expert.store.values import Office
from zhubi.expert.sync.joining import join
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.core.trust.secretstore import SecretStore
    from zhubi.expert.desk.opening import Desk

_ENROLLING: Final = "/enrolling"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a new device shows an older one: a text to carry there, and the code that both screens must show."""

    text: str
    code: str


def read_invitation(text: str, now: datetime | None = None) -> InvitationView:
    """The invitation in a pasted text, for the expert to look at; the ``trust.invitation-…`` faults."""
    found = decode_invitation(text)
    expires_at = parse_instant(found.expires_at)
    keys = (("log", found.log_key), ("cosigner", found.cosigner_key), ("root", found.root_key))
    return InvitationView(
        found,
        found.organiser or found.origin,
        found.name,
        found.unit,
        found.url,
        tuple(f"{say(f'desk.key-{name}')}  {describe_key(key)}" for name, key in keys),
        expires_at,
        (now or now_utc()) > expires_at,
    )


def needs_passphrase(directory: Path | None = None) -> bool:
    """Whether a passphrase must be chosen here, or was: no keyring that works."""
    place = secretplace.read(directory or default_directory())
    return not place.account if place is not None else not keyring_works()


def enrol(
    directory: Path | None,
    invitation: Invitation,
    *,
    name: str,
    unit: str,
    pin: str,
    passphrase: str | None = None,
    device_name: str = "",
    vouched: str = "",
    clock: Clock = now_utc,
) -> None:
    """Binds this machine to the invited expert; blocking. The same again after an interruption goes on where it was.

    ``name`` and ``unit`` are as the expert confirmed them. ``passphrase`` where no keyring works. ``vouched`` is the
    answer of an older device to ``ask_voucher``, asked under the same PIN. Raises ``trust.pin-form``,
    ``trust.passphrase-form``, ``desk.passphrase-needed``, ``access.code-used``, ``access.needs-voucher`` and the other
    refusals of the office, the ``trust.vouching-…`` faults, those of the wire, the store and the log. Nothing is
    enrolled when it raises.
    """
    check_pin_form(pin)
    folder = directory or default_directory()
    with _store(folder, passphrase) as store:
        _bind(store, invitation, name, unit, pin, device_name, vouched, clock())
    place = secretplace.read(folder)
    assert place is not None
    if not place.enrolled:
        secretplace.write(folder, secretplace.Place(place.account, True))


def join_office(
    desk: Desk,
    invitation: Invitation,
    *,
    name: str,
    unit: str,
    pin: str,
    device_name: str = "",
    vouched: str = "",
) -> None:
    """Enrols this machine with one more office while the desk is open, under the PIN that it has; blocking.

    ``desk.already-enrolled``: with this office it is enrolled; ``desk.wrong-pin``, and the faults of ``enrol``.
    """
    if desk.store.offices.get(invitation.origin) is not None:
        raise DeskError(
            "desk.already-enrolled", "this machine is enrolled with that office", origin=invitation.origin
        )
    unlock(desk, pin)
    _bind(desk.store, invitation, name, unit, pin, device_name, vouched, desk.clock())


def ask_voucher(
    directory: Path | None,
    invitation: Invitation,
    *,
    pin: str,
    passphrase: str | None = None,
    device_name: str = "",
) -> Asked:
    """What an older device is shown, so that it vouches for this one; the keys are made and kept for ``enrol``.

    Raises as ``enrol`` does; nothing is sent.
    """
    check_pin_form(pin)
    with _store(directory or default_directory(), passphrase) as store:
        return _asked(_keys(store, invitation, pin), invitation, device_name)


def ask_voucher_of(desk: Desk, invitation: Invitation, *, pin: str, device_name: str = "") -> Asked:
    """``ask_voucher`` while the desk is open, for one more office."""
    unlock(desk, pin)
    return _asked(_keys(desk.store, invitation, pin), invitation, device_name)


def _asked(keys: _Keys, invitation: Invitation, device_name: str) -> Asked:
    request = keys.request(invitation, clean_line(device_name, 100))
    return Asked(encode_request(request), request.code)


def _bind(
    store: Store,
    invitation: Invitation,
    name: str,
    unit: str,
    pin: str,
    device_name: str,
    vouched: str,
    now: datetime,
) -> None:
    keys = _keys(store, invitation, pin, asked=bool(vouched))
    device = clean_line(device_name, 100)
    proof = decode_answer(vouched, keys.request(invitation, device)) if vouched else None
    office = _ask(invitation, keys, clean_line(name, 100), clean_line(unit, 200), device, proof, now)
    store.vaults.create(
        office.office, pin=pin, signing=keys.signing, transport=keys.transport, sealing=keys.sealing
    )
    store.offices.put(office)
    store.vaults.forget(invitation.origin + _ENROLLING)


def _store(folder: Path, passphrase: str | None) -> Store:
    if passphrase is not None:
        check_passphrase_form(passphrase)

    def ask() -> str:
        if passphrase is None:
            raise DeskError("desk.passphrase-needed", "no keyring works here, so a passphrase is needed")
        return passphrase

    place = secretplace.read(folder)
    if place is None:
        place = secretplace.new_place(passphrase)
        _make(folder)
        secretplace.write(folder, place)
    secret: SecretStore = secretplace.secret_store(folder, place, ask)
    return Store.open(folder, secret) if Store.exists(folder) else Store.create(folder, secret)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        raise TrustError(
            "trust.cannot-write", f"cannot make {folder}: {reason}", path=str(folder), reason=reason
        ) from problem


class _Keys:
    """The three keys of a device that is being enrolled."""

    __slots__ = ("sealing", "signing", "transport")

    def __init__(self, signing: SigningKey, transport: SigningKey, sealing: SealingKey) -> None:
        self.signing = signing
        self.transport = transport
        self.sealing = sealing

    def __repr__(self) -> str:
        return "_Keys()"

    def request(self, invitation: Invitation, device: str) -> VouchRequest:
        """What an older device is asked to vouch for."""
        return VouchRequest(
            origin=invitation.origin,
            invitation=invitation.record,
            person=invitation.person,
            signing=self.signing.public,
            transport=self.transport.public,
            sealing=self.sealing.recipient,
            device=device,
        )


def _keys(store: Store, invitation: Invitation, pin: str, *, asked: bool = False) -> _Keys:
    """New keys, kept before anything is sent; or those of an attempt whose answer was lost, under the same PIN.

    ``asked``: an older device has vouched for those that are kept, so that no others will do.
    """
    waiting = invitation.origin + _ENROLLING
    if store.vaults.exists(waiting) and store.settings.get(waiting) == invitation.record:
        try:
            vault = store.vaults.open(waiting)
            return _Keys(store.vaults.unlock(waiting, pin), vault.transport, vault.sealing)
        except TrustError as problem:
            if asked or problem.kind != "trust.wrong-pin":
                raise
    keys = _Keys(SigningKey.generate(), SigningKey.generate(), SealingKey.generate())
    store.vaults.create(
        waiting, pin=pin, signing=keys.signing, transport=keys.transport, sealing=keys.sealing
    )
    store.settings.set(waiting, invitation.record)
    return keys


def _ask(
    invitation: Invitation, keys: _Keys, name: str, unit: str, device: str, proof: str | None, now: datetime
) -> Office:
    said = keys.request(invitation, device).statement
    request = EnrolmentRequest(
        code=invitation.code,
        person=invitation.person,
        name=name or invitation.name,
        unit=unit,
        device=device,
        signing=keys.signing.public,
        transport=keys.transport.public,
        sealing=keys.sealing.recipient,
        signing_proof=prove(said, keys.signing),
        transport_proof=prove(said, keys.transport),
        vouched_by=proof,
    )
    record = join(invitation, request)
    return _office(invitation, record, keys.signing.kid, now)


def _office(invitation: Invitation, record: Record, device: str, now: datetime) -> Office:
    body = record.body
    assert isinstance(body, EnrolmentBody)
    return Office(
        office=invitation.origin,
        url=invitation.url,
        organiser=invitation.organiser or invitation.origin,
        log_key=invitation.log_key,
        cosigner_key=invitation.cosigner_key,
        root_key=invitation.root_key,
        tls_anchor=invitation.tls_anchor,
        person=invitation.person,
        name=body.name,
        unit=body.unit,
        device=device,
        invitation=invitation.record,
        enrolled_at=now,
    )
