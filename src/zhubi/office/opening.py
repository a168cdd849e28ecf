"""An office: made once in a directory, opened by every process that works in it."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from pydantic import ValidationError
from sqlalchemy import Connection, insert, make_url, select

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import RecordType, StaffKeyBody
from zhubi.core.model.values import Frozen, Line
from zhubi.core.trust.chance import short_code, uuid7
from zhubi.core.trust.checkpoints import Cosigner, LogSigner
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.privatefile import write_private
from zhubi.core.trust.registry import Holder
from zhubi.core.trust.sealing import SealingKey
from zhubi.office.ledger.acts import Actor, compose
from zhubi.office.ledger.database import Database
from zhubi.office.ledger.ledger import Ledger, LogKeys
from zhubi.office.ledger.migration import migrate
from zhubi.office.ledger.tables import pins
from zhubi.office.vault.blobs import BlobStore
from zhubi.office.vault.secrets import (
    OfficeSecrets,
    create_secrets,
    keep_key,
    keep_sealing_key,
    load_key,
    open_secrets,
)

Clock = Callable[[], datetime]

SERVICE: Final = "service:office"
STAFF_ROLES: Final = ("manager", "secretary", "inspector", "auditor")
_SETTINGS: Final = "office.toml"
_DEFAULT_DATABASE: Final = "sqlite:///data/office.db"
_DEFAULT_BLOBS: Final = "data/blobs"


class OfficeError(ZhubiError):
    """An office that cannot be made or opened; ``kind`` is ``opening.…``."""


class Settings(Frozen):
    """What ``office.toml`` says. Paths without a leading slash are inside the office's directory."""

    organiser: Line
    url: Line
    database: Line = _DEFAULT_DATABASE
    blobs: Line = _DEFAULT_BLOBS


@dataclass(frozen=True, slots=True)
class Office:
    """An open office. ``clock`` gives the aware time of its acts; ``service`` signs where no person acts."""

    directory: Path
    settings: Settings
    ledger: Ledger
    secrets: OfficeSecrets
    blobs: BlobStore
    clock: Clock
    service: Actor

    def staff(self, name: str | None = None) -> Actor:
        """A person on the staff by name or id; the first manager when none is named. ``opening.no-such-staff``."""
        staff = [each for each in self.ledger.registry().staff() if each.role != "service"]
        if name is None:
            chosen = [each for each in staff if each.role == "manager"][:1]
        else:
            # Whoever was given a new key signs with that one.
            chosen = [each for each in staff if name in (each.name, each.person)][-1:]
        if not chosen:
            names = "、".join(dict.fromkeys(each.name for each in staff))
            raise OfficeError(
                "opening.no-such-staff",
                f"nobody on the staff is {name}: there is {names}",
                name=name or "",
                names=names,
            )
        return self._actor(chosen[0])

    def close(self) -> None:
        """Closes the database."""
        self.ledger.database.close()

    def _actor(self, holder: Holder) -> Actor:
        with self.ledger.database.reading() as connection:
            return Actor(holder.person, load_key(connection, self.secrets, holder.kid))


def now_utc() -> datetime:
    """The time by this machine's clock."""
    return datetime.now(UTC)


def create_office(
    directory: Path,
    *,
    database_url: str | None = None,
    blob_url: str | None = None,
    organiser: str,
    manager_name: str,
    url: str,
    clock: Clock = now_utc,
) -> Office:
    """Makes an office: its key, its log with root, log, cosigner and service keys, and the first manager.

    What was made is removed again when it fails. ``opening.exists``: the directory holds an office, or what an
    interrupted attempt left; ``opening.database-taken``: the database holds one; ``opening.cannot-write``;
    ``opening.bad-settings``; the faults of ledger and vault.
    """
    settings = _settings(
        {
            "organiser": organiser,
            "url": url,
            "database": database_url or _DEFAULT_DATABASE,
            "blobs": blob_url or _DEFAULT_BLOBS,
        }
    )
    if not urlsplit(url).hostname:
        raise OfficeError("opening.bad-url", "an address like https://office.example was expected", url=url)
    _prepare(directory)
    try:
        secrets = create_secrets(_key_file(directory))
        database = Database(_database_url(directory, settings))
        migrate(database)
        origin = f"{urlsplit(url).hostname}/{short_code(5).lower()}"
        keys = {name: SigningKey.generate() for name in ("root", "log", "cosigner")}
        service, sealing = Actor(SERVICE, SigningKey.generate()), SealingKey.generate()
        with database.writing() as connection:
            _pin(connection, _log_keys(origin, keys["log"], keys["cosigner"]), keys["root"].public)
            for name, key in (*keys.items(), (service.key.kid, service.key)):
                keep_key(connection, secrets, name, key)
            keep_sealing_key(connection, secrets, service.key.kid, sealing)
        office = _assemble(directory, settings, database, secrets, clock, service)
        certify(
            office,
            StaffKeyBody(
                person=SERVICE,
                name=organiser,
                role="service",
                signing=service.key.public,
                sealing=sealing.recipient,
            ),
        )
        add_staff(office, manager_name, "manager")
        write_private(directory / _SETTINGS, _as_toml(settings))
    except BaseException:
        _clear(directory)
        raise
    return office


def open_office(directory: Path, *, url: str | None = None, clock: Clock = now_utc) -> Office:
    """Opens the office of a directory, its database brought to this version's form.

    ``url`` replaces the address in the settings for this process. ``opening.no-office``, ``opening.bad-settings``,
    the faults of ledger and vault.
    """
    path = directory / _SETTINGS
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as problem:
        raise OfficeError(
            "opening.no-office",
            f"there is no office in {directory}: make one with zhubi office init",
            path=str(directory),
        ) from problem
    except (OSError, ValueError) as problem:
        raise _bad_settings(str(problem)) from problem
    settings = _settings(said if url is None else {**said, "url": url})
    secrets = open_secrets(_key_file(directory))
    database = Database(_database_url(directory, settings))
    migrate(database)
    ledger = _ledger(database, secrets, clock)
    service = ledger.registry().staff("service")
    if not service:
        raise OfficeError("opening.no-service", "the log certifies no service key for this office")
    with database.reading() as connection:
        actor = Actor(service[-1].person, load_key(connection, secrets, service[-1].kid))
    return _assemble(directory, settings, database, secrets, clock, actor, ledger)


def add_staff(office: Office, name: str, role: str) -> Actor:
    """A new person on the staff, with a signing and a sealing key kept by the office, certified by the root.

    ``opening.bad-role``, ``opening.bad-name``.
    """
    if role not in STAFF_ROLES:
        raise OfficeError(
            "opening.bad-role",
            f"{role} is no role: {', '.join(STAFF_ROLES)}",
            role=role,
            roles="、".join(STAFF_ROLES),
        )
    actor, sealing = Actor(uuid7(office.clock()), SigningKey.generate()), SealingKey.generate()
    try:
        body = StaffKeyBody.model_validate(
            {
                "person": actor.author,
                "name": name,
                "role": role,
                "signing": actor.key.public,
                "sealing": sealing.recipient,
            }
        )
    except ValidationError as problem:
        raise OfficeError(
            "opening.bad-name", "a name of one clean line was expected", name=name[:80]
        ) from problem
    with office.ledger.database.writing() as connection:
        keep_key(connection, office.secrets, actor.key.kid, actor.key)
        keep_sealing_key(connection, office.secrets, actor.key.kid, sealing)
    certify(office, body)
    return actor


def certify(office: Office, body: StaffKeyBody) -> None:
    """Logs a staff or service key, signed by the root."""
    with office.ledger.database.reading() as connection:
        root = Actor("root", load_key(connection, office.secrets, "root"))
    compact = compose(office.ledger, root, RecordType.STAFF_KEY, body, now=office.clock())
    with office.ledger.writing() as writing:
        writing.append(compact)


def _assemble(
    directory: Path,
    settings: Settings,
    database: Database,
    secrets: OfficeSecrets,
    clock: Clock,
    service: Actor,
    ledger: Ledger | None = None,
) -> Office:
    place = settings.blobs if "://" in settings.blobs else str(directory / settings.blobs)
    return Office(
        directory,
        settings,
        ledger or _ledger(database, secrets, clock),
        secrets,
        BlobStore(place),
        clock,
        service,
    )


def _ledger(database: Database, secrets: OfficeSecrets, clock: Clock) -> Ledger:
    with database.reading() as connection:
        row = connection.execute(select(pins)).one_or_none()
        if row is None:
            raise OfficeError("opening.empty-database", "the database holds no office: is its address right?")
        log, cosigner = (load_key(connection, secrets, name) for name in ("log", "cosigner"))
    keys = _log_keys(row.origin, log, cosigner)
    if (keys.pins.log_key, keys.pins.cosigner_key) != (row.log_key, row.cosigner_key):
        raise OfficeError("opening.other-keys", "the keys in the database are not those that readers pinned")
    return Ledger(database, keys, row.root_key, clock)


def _log_keys(origin: str, log: SigningKey, cosigner: SigningKey) -> LogKeys:
    return LogKeys(LogSigner(origin, log), Cosigner(f"{origin}/cosigner", cosigner))


def _pin(connection: Connection, keys: LogKeys, root: str) -> None:
    if connection.execute(select(pins.c.origin)).first() is not None:
        raise OfficeError("opening.database-taken", "this database already holds an office")
    connection.execute(
        insert(pins).values(
            origin=keys.origin, log_key=keys.pins.log_key, cosigner_key=keys.pins.cosigner_key, root_key=root
        )
    )


def _key_file(directory: Path) -> Path:
    return directory / "key" / "office.key"


def _prepare(directory: Path) -> None:
    if any((directory / name).exists() for name in (_SETTINGS, "key", "data")):
        raise OfficeError(
            "opening.exists", f"{directory} holds an office already, or the rest of one", path=str(directory)
        )
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name in ("key", "data"):
            (directory / name).mkdir(mode=0o700)
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        raise OfficeError(
            "opening.cannot-write", f"cannot write {directory}: {reason}", path=str(directory), reason=reason
        ) from problem


def _clear(directory: Path) -> None:
    with suppress(OSError):
        (directory / _SETTINGS).unlink(missing_ok=True)
    for name in ("key", "data"):
        shutil.rmtree(directory / name, ignore_errors=True)


def _database_url(directory: Path, settings: Settings) -> str:
    url = make_url(settings.database)
    if url.drivername.startswith("sqlite") and url.database:
        url = url.set(database=str(directory / url.database))
    return url.render_as_string(hide_password=False)


def _settings(said: dict[str, object]) -> Settings:
    try:
        return Settings.model_validate(said)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_context=False, include_input=False)[0]
        raise _bad_settings(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from problem


def _bad_settings(reason: str) -> OfficeError:
    return OfficeError("opening.bad-settings", f"{_SETTINGS} cannot be used: {reason}", reason=reason)


def _as_toml(settings: Settings) -> bytes:
    # A JSON string is a TOML basic string.
    lines = [
        f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in settings.model_dump().items()
    ]
    return "".join(lines).encode("utf-8")
