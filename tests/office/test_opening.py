"""Making an office once, and opening it ever after."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import RecordType
from zhubi.core.trust.checkpoints import read_checkpoint
from zhubi.core.trust.sealing import seal, unseal
from zhubi.office.opening import Office, add_staff, create_office, open_office
from zhubi.office.vault.secrets import load_sealing_key


def make(directory: Path, **changes) -> Office:
    said = {"organiser": "评审中心", "manager_name": "王敏", "url": "https://office.example:8443"} | changes
    return create_office(directory, **said)


def kind_of(act) -> str:
    with pytest.raises(ZhubiError) as caught:
        act()
    return caught.value.kind


def test_a_new_office_has_a_log_with_its_service_and_first_manager(office: Office) -> None:
    staff = office.ledger.registry().staff()
    assert [(each.name, each.role) for each in staff] == [
        ("浙江省科技项目评审中心", "service"),
        ("王敏", "manager"),
    ]
    with office.ledger.reading() as reading:
        keys = reading.by_type(RecordType.STAFF_KEY)
    assert [each.payload.author for each in keys] == ["root", "root"]
    assert office.ledger.origin.startswith("office.example/")
    assert read_checkpoint(office.ledger.checkpoint(), office.ledger.pins).size == 2


def test_what_is_opened_is_what_was_made(office: Office) -> None:
    again = open_office(office.directory, clock=office.clock)
    assert again.settings == office.settings
    assert (again.ledger.origin, again.ledger.root, again.ledger.pins) == (
        office.ledger.origin,
        office.ledger.root,
        office.ledger.pins,
    )
    assert again.service.key.kid == office.service.key.kid
    assert again.staff().key.kid == office.staff("王敏").key.kid
    assert again.ledger.checkpoint() == office.ledger.checkpoint()
    again.close()


def test_staff_are_found_by_name_and_by_id(office: Office) -> None:
    secretary = add_staff(office, "李秘书", "secretary")
    assert office.staff("李秘书").author == office.staff(secretary.author).author == secretary.author
    assert office.staff().author == office.staff("王敏").author
    with pytest.raises(ZhubiError) as caught:
        office.staff("张三")
    assert caught.value.kind == "opening.no-such-staff"
    assert caught.value.details["names"] == "王敏、李秘书"
    assert kind_of(lambda: office.staff(office.service.author)) == "opening.no-such-staff"


@pytest.mark.parametrize(
    ("name", "role"),
    [("李秘书", "service"), ("李秘书", "king"), ("两\n行", "auditor"), ("\u202e反", "auditor")],
)
def test_a_role_or_name_that_is_none_is_refused(office: Office, name: str, role: str) -> None:
    before = office.ledger.checkpoint()
    assert kind_of(lambda: add_staff(office, name, role)) in ("opening.bad-role", "opening.bad-name")
    assert office.ledger.checkpoint() == before


def test_an_office_is_not_made_over_another(office: Office, database_url: str, tmp_path: Path) -> None:
    assert kind_of(lambda: make(office.directory)) == "opening.exists"
    elsewhere = tmp_path / "elsewhere"
    assert kind_of(lambda: make(elsewhere, database_url=database_url)) == "opening.database-taken"
    assert list(elsewhere.iterdir()) == []
    assert office.ledger.checkpoint()


@pytest.mark.parametrize("url", ["office.example", "https://", ""])
def test_an_address_that_is_none_makes_nothing(tmp_path: Path, url: str) -> None:
    assert kind_of(lambda: make(tmp_path / "o", url=url)) == "opening.bad-url"
    assert not (tmp_path / "o").exists()


def test_a_directory_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert kind_of(lambda: make(tmp_path / "file" / "office")) == "opening.cannot-write"


def test_there_must_be_an_office_to_open(tmp_path: Path) -> None:
    assert kind_of(lambda: open_office(tmp_path)) == "opening.no-office"


@pytest.mark.parametrize(
    "said", ["organiser = ", "organiser = 3", 'organiser = "x"\nurl = "y"\nking = 1', "\xff"]
)
def test_settings_that_say_nothing_sensible(tmp_path: Path, said: str) -> None:
    make(tmp_path / "o").close()
    (tmp_path / "o" / "office.toml").write_bytes(said.encode("latin-1"))
    assert kind_of(lambda: open_office(tmp_path / "o")) == "opening.bad-settings"


def test_the_settings_keep_what_was_said(tmp_path: Path) -> None:
    make(tmp_path / "o", organiser='含"引号"与\\反斜杠').close()
    opened = open_office(tmp_path / "o")
    assert opened.settings.organiser == '含"引号"与\\反斜杠'
    assert opened.settings.database == "sqlite:///data/office.db"
    opened.close()
    elsewhere = open_office(tmp_path / "o", url="http://127.0.0.1:8123")
    assert elsewhere.settings.url == "http://127.0.0.1:8123"
    elsewhere.close()


def test_an_office_may_be_moved(tmp_path: Path) -> None:
    made = make(tmp_path / "o")
    checkpoint = made.ledger.checkpoint()
    made.close()
    (tmp_path / "o").rename(tmp_path / "moved")
    moved = open_office(tmp_path / "moved")
    assert moved.ledger.checkpoint() == checkpoint
    moved.close()


def test_a_backup_of_the_data_without_the_key_opens_nothing(tmp_path: Path) -> None:
    make(tmp_path / "o").close()
    key = tmp_path / "o" / "key" / "office.key"
    key.unlink()
    assert kind_of(lambda: open_office(tmp_path / "o")) == "vault.key-missing"
    make(tmp_path / "other").close()
    key.write_bytes((tmp_path / "other" / "key" / "office.key").read_bytes())
    key.chmod(0o600)
    assert kind_of(lambda: open_office(tmp_path / "o")) == "vault.wrong-key"


def test_a_database_of_nobody_is_said(tmp_path: Path) -> None:
    made = make(tmp_path / "o")
    with made.ledger.database.writing() as connection:
        connection.execute(text("DELETE FROM pins"))
    made.close()
    assert kind_of(lambda: open_office(tmp_path / "o")) == "opening.empty-database"


def test_pins_that_are_not_the_keys_are_noticed(tmp_path: Path) -> None:
    made = make(tmp_path / "o")
    with made.ledger.database.writing() as connection:
        connection.execute(text("UPDATE pins SET log_key = cosigner_key"))
    made.close()
    assert kind_of(lambda: open_office(tmp_path / "o")) == "opening.other-keys"


def test_what_fails_half_way_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("zhubi.office.opening.add_staff", fail)
    with pytest.raises(OSError, match="no space"):
        make(tmp_path / "o")
    monkeypatch.undo()
    assert list((tmp_path / "o").iterdir()) == []
    make(tmp_path / "o").close()


def test_an_actor_shows_no_key(office: Office) -> None:
    assert "key" not in repr(office.staff()).lower()
    assert str(office.staff().key.seed) not in repr(office)


def test_what_is_sealed_to_a_member_of_staff_opens_with_the_key_the_office_keeps_for_them(
    office: Office,
) -> None:
    add_staff(office, "纪检员", "inspector")
    holder = office.ledger.registry().staff("inspector")[0]
    assert holder.sealing is not None
    sealed = seal("请托情况".encode(), [holder.sealing])
    with office.ledger.database.reading() as connection:
        key = load_sealing_key(connection, office.secrets, holder.kid)
    assert unseal(sealed, key).decode() == "请托情况"
