"""Every screen as it looks at stops of one road through the demo: the pictures in ``screens/`` are these."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from album import NARROW, NOW, SCREENS, WIDE, Album, PictureFile, Road, draw_plate, press, show
from syrupy.assertion import SnapshotAssertion

RECUSED, EXPLAINED = "ZJ26-021", "SX24-006"


def _enrolling(album: Album) -> None:
    from textual.widgets import TextArea

    from zhubi.core.trust.invitations import encode_invitation

    text = encode_invitation(album.road.invitation)

    async def paste(app: Any, pilot: Any) -> None:
        app.screen.query_one(TextArea).text = text
        await pilot.press("ctrl+g")
        await pilot.pause(0.3)

    for size in (NARROW, WIDE):
        name = f"{size[0]}x{size[1]}"
        album.one(f"enrol-{name}", size, paste, first="enrol")
        album.one(f"enrol-paste-{name}", size, first="enrol")


def _key(road: Road, code: str) -> Any:
    from zhubi.expert.desk import overview

    return next(row.key for row in overview.rows(road.desk, None, 0, 100) if row.code == code)


def _round(road: Road, code: str) -> str:
    found: str = _key(road, code).round
    return found


def _walk(road: Road, album: Album) -> None:
    from zhubi.demo.command import enrol_sample
    from zhubi.demo.place import PIN, DemoPlace
    from zhubi.demo.sheets import fill
    from zhubi.expert.desk import commit, declare, overview, review, settings, submit, synchronise
    from zhubi.expert.desk.opening import open_desk
    from zhubi.expert.desk.views import RelationView
    from zhubi.expert.tui.screens.commitment import CommitmentScreen
    from zhubi.expert.tui.screens.declare import DeclareScreen
    from zhubi.expert.tui.screens.purge import PurgeBox
    from zhubi.expert.tui.screens.receipts import ReceiptsScreen
    from zhubi.expert.tui.screens.review import ReviewScreen
    from zhubi.expert.tui.screens.settings import SettingsScreen
    from zhubi.expert.tui.screens.submit import SubmitScreen
    from zhubi.expert.tui.screens.trail import TrailScreen
    from zhubi.expert.tui.screens.unlock import UnlockScreen
    from zhubi.office.rounds.windows import change_round

    place = DemoPlace(road.folder, 1, "correct horse battery", True)
    enrol_sample(place, road.invitation)
    road.desk = desk = open_desk(place.expert, ask_passphrase=lambda: place.passphrase, clock=road.clock)
    settings.put(desk, "ask_pin_at_start", False)
    album.take("unlock", show(UnlockScreen))
    album.take("desk-empty", sizes=(NARROW,))
    synchronise.sync(desk)
    rounds = overview.rounds(desk)
    album.take("desk-first", sizes=(NARROW,))
    album.take("commitment", show(lambda: CommitmentScreen(rounds[0].round)))
    for each in rounds:
        commit.sign_commitment(desk, each.round, PIN)
    synchronise.sync(desk)
    zhejiang = _round(road, RECUSED)
    declare.answer(desk, zhejiang, _key(road, "ZJ26-017").dossier, "clear")
    relation = RelationView("same-employer", "浙江大学医学院附属第一医院")
    declare.answer(desk, zhejiang, _key(road, RECUSED).dossier, "recuse", (relation,))
    album.take("declare", show(lambda: DeclareScreen(zhejiang, _key(road, RECUSED).dossier)))
    for each in rounds:
        for row in declare.declarations(desk, each.round):
            if row.outcome is None and row.code == EXPLAINED:
                words = "本人曾在该参与单位工作，离开已满三年，请组织方决定。"
                former = RelationView("former-employer", "江南仪器仪表研究所", "2022-06-30", words)
                declare.answer(desk, each.round, row.key.dossier, "explain", (former,), words)
            elif row.outcome is None:
                outcome = "policy-seat" if row.code in ("SPB26-005", "DZ26-007") else "clear"
                declare.answer(desk, each.round, row.key.dossier, outcome)
        declare.sign_declarations(desk, each.round, PIN)
    synchronise.sync(desk)

    road.moment = NOW
    for code in ("ZJ26-023", "SX24-009", "DZ26-002"):
        fill(desk, _key(road, code))
        submit.sign(desk, [_key(road, code)], PIN)
    submit.submit(desk)
    drafted = _key(road, "ZJ26-017")
    fill(desk, drafted)
    for criterion in ("co-support",):
        review.set_score(desk, drafted, criterion, "")
    review.set_recommendation(desk, drafted, "recommend-after-revision", "")
    review.set_opinion(desk, drafted, "选题对准断供问题，指标可考核。自筹比例偏低，请补充落实文件。")
    fill(desk, _key(road, "ZJ26-028"))
    road.moment = NOW + timedelta(minutes=1)

    async def to_sheet(app: Any, pilot: Any) -> None:
        await show(lambda: ReviewScreen(drafted))(app, pilot)
        await pilot.press("down", "down")

    album.take("desk")
    album.take("review", to_sheet)
    for name, theme, options in (
        ("light", "light", {}),
        ("high-contrast", "high-contrast", {}),
        ("plain", "dark", {"plain": True}),
    ):
        album.one(f"desk-120x40-{name}", WIDE, None, theme, **options)
        album.one(f"review-120x40-{name}", WIDE, to_sheet, theme, **options)
    _judging(road, album, drafted)
    _whole_round(road, album, zhejiang)
    _finding(road, album)
    album.take("submit", show(lambda: SubmitScreen(zhejiang)))
    album.take("trail", show(lambda: TrailScreen(_key(road, "ZJ26-023"))))
    album.take("receipts", show(ReceiptsScreen))
    album.take("settings", show(SettingsScreen))
    album.take("palette", press("ctrl+p"))
    album.take("help", press("f1"))
    _in_english(road, album, to_sheet)

    submit.sign(desk, [_key(road, "ZJ26-028")], PIN)
    album.take("leave", press("ctrl+q"), sizes=(NARROW, WIDE))
    _changing(road, album)
    _visiting(road, album)
    road.running.stop()
    synchronise.sync(desk)
    album.take("desk-offline", sizes=(NARROW,))
    dazu = _round(road, "DZ26-002")
    change_round(road.office, road.office.staff(), dazu, "close", now=road.moment)
    seen = next(each for each in overview.rounds(desk) if each.round == dazu)
    album.take("purge", show(lambda: PurgeBox(seen)))


def _judging(road: Road, album: Album, drafted: Any) -> None:
    """What stands around one sheet: notes, phrases, grounds, cuts that a rule offers, findings that contradict."""
    from zhubi.expert.desk import notes, phrases, review
    from zhubi.expert.desk.passages import Passage
    from zhubi.expert.tui.screens.phrases import PhrasesBox
    from zhubi.expert.tui.screens.review import ReviewScreen

    desk = road.desk
    opened = review.open_review(desk, drafted)
    content, feasibility = opened.content, opened.state.criteria[2].id
    assert content is not None
    text = Passage(content.blob, 1, 2, "故障检出率百分之九十八点六")
    notes.add(desk, drafted, text, "与任务书指标口径是否一致，汇报时问。")
    _, number = notes.cite(desk, drafted, text)
    review.set_comment(desk, drafted, feasibility, f"故障注入数据充分[{number}]，建议补充整车工况。")
    for words in (
        "材料论据较充分，建议进一步细化。",
        "指标可考核，测试条件应在任务书中写明。",
        "经费测算依据不足。",
    ):
        phrases.add_phrase(desk, words)

    def reviewing(code: str, *keys: str) -> Any:
        return show(lambda: ReviewScreen(_key(road, code)), keys)

    album.take("notes", show(lambda: ReviewScreen(drafted), ("f6", "f9")))
    album.take("phrases", show(lambda: PhrasesBox("", writing=True)), sizes=(NARROW,))
    album.take("review-basis", reviewing("ZJ26-017", "ctrl+l"), sizes=(NARROW,))
    sheet = _key(road, "SX24-014")
    review.set_finding(desk, sheet, "main_indicators_met", "yes")
    review.set_finding(desk, sheet, "subjective_cause", "yes")
    indicator = next(each for each in review.open_review(desk, sheet).state.indicators if each.binding)
    review.set_indicator(desk, sheet, indicator.id, "41.2", "not-met")
    album.take("review-findings", reviewing("SX24-014", "down", "down"), sizes=(WIDE,))


def _whole_round(road: Road, album: Album, round_id: str) -> None:
    from zhubi.expert.tui.screens.compare import CompareScreen
    from zhubi.expert.tui.screens.glance import GlanceScreen
    from zhubi.expert.tui.screens.grid import GridScreen

    key = _key(road, "ZJ26-017")
    album.take("grid", show(lambda: GridScreen(key.office, round_id, key.dossier)))
    album.one(
        "grid-wrong-80x24",
        NARROW,
        show(lambda: GridScreen(key.office, round_id, key.dossier), ("9", "9", "enter")),
    )
    album.take("glance", show(lambda: GlanceScreen(key.office, round_id)))
    pair = (key, _key(road, "ZJ26-028"))
    album.take("compare", show(lambda: CompareScreen(pair)), sizes=(NARROW,))
    three = (*pair, _key(road, "ZJ26-023"))
    album.take("compare", show(lambda: CompareScreen(three)), sizes=(WIDE,))


def _finding(road: Road, album: Album) -> None:
    """Searching, once all that may be read is in the index."""
    from textual.widgets import Input

    from zhubi.expert.desk import search
    from zhubi.expert.desk.indexing import searching
    from zhubi.expert.tui.screens.search import SearchScreen

    searching(road.desk).begin(road.desk)
    assert searching(road.desk).wait(60)

    async def asked(app: Any, pilot: Any) -> None:
        await show(SearchScreen)(app, pilot)
        app.screen.query_one(Input).value = "自筹资金"
        await pilot.pause(0.4)

    with patch.object(search, "time", SimpleNamespace(perf_counter=lambda: 0.0)):
        album.take("search", asked)
    searching(road.desk).stop()


def _changing(road: Road, album: Album) -> None:
    """The rules of a round change under a sheet; and a correction of what is signed, beside what it corrects."""
    from zhubi.demo.sheets import fill
    from zhubi.expert.desk import review, synchronise
    from zhubi.expert.tui.screens.changes import ChangesScreen
    from zhubi.office.rounds.windows import change_round

    key = _key(road, "DZ26-004")
    fill(road.desk, key)
    change_round(
        road.office, road.office.staff(), key.round, "amend", reason="按专家组意见调整分值",
        overrides={"criteria.node.full": 50, "criteria.effort.full": 35}, now=road.moment + timedelta(seconds=1),
    )  # fmt: skip
    synchronise.sync(road.desk)
    album.take("changes", show(lambda: ChangesScreen(key)))
    signed = _key(road, "ZJ26-023")
    review.begin_correction(road.desk, signed, "复核后调整技术路线评分")
    feasibility = review.open_review(road.desk, signed).state.criteria[2].id
    review.set_score(road.desk, signed, feasibility, "18")
    album.take("changes-correction", show(lambda: ChangesScreen(signed)), sizes=(NARROW,))


def _visiting(road: Road, album: Album) -> None:
    """A site inspection: what is on board, the table of the visit, evidence, and packets for where no network is."""
    from textual.widgets import Input

    from zhubi.core.rules.compile import shipped
    from zhubi.demo.place import PIN
    from zhubi.expert.desk import attendance, commit, declare, evidence, overview, review, synchronise, trip
    from zhubi.expert.tui.screens.contact import ContactScreen
    from zhubi.expert.tui.screens.evidence import EvidenceBox
    from zhubi.expert.tui.screens.exchange import ExchangeScreen
    from zhubi.expert.tui.screens.onsite import OnSiteScreen
    from zhubi.expert.tui.screens.trip import TripScreen
    from zhubi.office.rounds.seats import Seat, assign
    from zhubi.office.rounds.windows import open_round

    desk, office, staff = road.desk, road.office, road.office.staff()
    person, dossier = desk.store.offices.all()[0].person, _key(road, "SX24-014").dossier
    visit = open_round(
        office, staff, title="2024年度科技重大项目现场考察", policy=shipped("shanxi-2024-10"),
        kind="sx.site-inspection", opens_at=NOW - timedelta(days=1), closes_at=NOW + timedelta(days=2),
        now=road.moment,
    )  # fmt: skip
    assign(office, staff, visit, dossier, [Seat(person, "technical", order=1)], now=road.moment)
    synchronise.sync(desk)
    commit.sign_commitment(desk, visit, PIN)
    synchronise.sync(desk)
    declare.answer(desk, visit, dossier, "clear")
    declare.sign_declarations(desk, visit, PIN)
    synchronise.sync(desk)
    key = next(each.key for each in overview.rows(desk, None, 0, 100) if each.key.round == visit)
    desk.store.settings.set(f"clock.skew:{key.office}", 0)
    with patch.object(trip.shutil, "disk_usage", lambda _path: SimpleNamespace(free=64 * 1024**3)):
        album.take("trip", show(lambda: TripScreen(visit)))
    attendance.sign_in(desk, visit, [dossier], PIN, "site")
    first, second, *_ = review.open_review(desk, key).state.indicators
    review.set_indicator(desk, key, first.id, "42.1", "met")
    review.set_indicator(desk, key, second.id, "-24", "partly")
    photograph = road.folder / "铭牌.png"
    draw_plate(photograph)
    evidence.add(desk, key, photograph, about=f"indicator:{first.id}")
    evidence.add_note(desk, key, "热效率台架记录本第17页，与检测报告一致。", about=f"indicator:{first.id}")
    album.take("onsite", show(lambda: OnSiteScreen(key), ("down", "down", "down")))
    album.take("evidence", show(lambda: EvidenceBox(key, f"indicator:{second.id}")))

    async def stick(app: Any, pilot: Any) -> None:
        await show(ExchangeScreen)(app, pilot)
        app.screen.query_one(Input).value = "/media/stick/"
        await pilot.pause(0.2)

    album.take("exchange", stick)
    album.take("contact", show(ContactScreen))


def _in_english(road: Road, album: Album, to_sheet: Any) -> None:
    from zhubi.locale import use_language

    use_language("en")
    try:
        album.one("desk-120x40-en", WIDE)
        album.one("review-120x40-en", WIDE, to_sheet)
    finally:
        use_language("zh_CN")


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """All pictures of one walk; what one costs is mostly the walk."""
    before = {name: os.environ.get(name) for name in ("TZ", "XDG_DATA_HOME")}
    folder = tmp_path_factory.mktemp("album")
    os.environ.update({"TZ": "Asia/Shanghai", "XDG_DATA_HOME": str(folder / "data")})
    time.tzset()
    with ExitStack() as left:
        road = Road(folder)
        left.callback(lambda: road.office.close())
        left.callback(lambda: road.running.stop())
        taken = Album(road)
        _enrolling(taken)
        _walk(road, taken)
        road.desk.close()
        yield taken.pictures
    for name, value in before.items():
        os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)
    time.tzset()


pytestmark = pytest.mark.filterwarnings(
    "ignore:\\s*Can not relate snapshot"
)  # they stand in screens/ on purpose

NAMES = sorted(
    [
        *(f"{screen}-{size}" for size in ("80x24", "120x40") for screen in (
            "desk", "enrol", "enrol-paste", "unlock", "commitment", "declare", "review", "submit", "trail",
            "receipts", "settings", "palette", "help", "leave", "purge", "notes", "grid", "glance", "compare",
            "search", "changes", "trip", "onsite", "evidence", "exchange", "contact",
        )),
        *(f"{screen}-120x40-{look}" for screen in ("desk", "review")
          for look in ("light", "high-contrast", "plain", "en")),
        "desk-empty-80x24", "desk-first-80x24", "desk-offline-80x24", "review-findings-120x40",
        "phrases-80x24", "review-basis-80x24", "grid-wrong-80x24", "changes-correction-80x24",
    ]
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_screen_looks_as_its_picture(
    name: str, album: dict[str, str], snapshot: SnapshotAssertion
) -> None:
    assert album[name] == snapshot(name=name, extension_class=PictureFile)


def test_every_screen_has_a_picture_and_every_picture_a_test(album: dict[str, str]) -> None:
    folder = Path(__file__).parents[3] / "src" / "zhubi" / "expert" / "tui" / "screens"
    screens = {each.stem for each in folder.glob("[!_]*.py")}
    assert all(any(name.startswith(screen) for name in NAMES) for screen in screens)
    assert {each.stem for each in SCREENS.glob("*.svg")} == set(NAMES) == set(album)


def test_no_picture_asks_the_network_for_anything(album: dict[str, str]) -> None:
    for name, svg in album.items():
        outside = [each for each in ("url(", "@import", "<image", "href") if each in svg.replace("url(#", "")]
        assert not outside, name
