"""The expert's road from a shell: enrol, sync, status, submit, receipts, verify; every problem one sentence."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from zhubi.core.trust.invitations import encode_invitation
from zhubi.expert.desk import overview, review, selection

PIN = "246810"
PASSPHRASE = "朱笔圈点一二三四五六七八"


def _stories() -> Any:
    # Test folders are no packages: the story of an office and its experts is loaded by its path.
    path = Path(__file__).parents[1] / "expert" / "conftest.py"
    spec = importlib.util.spec_from_file_location("expert_stories", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["expert_stories"] = module
    spec.loader.exec_module(module)
    return module


stories = _stories()
cheap_argon = stories.cheap_argon


class Shell:
    """Runs ``zhubi`` in this process, as the command would."""

    def __init__(self, home: Path, secrets: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self.pin = secrets / "pin"
        self.pin.write_text(PIN + "\n", encoding="utf-8")
        self.passphrase = secrets / "passphrase"
        self.passphrase.write_text(PASSPHRASE + "\n", encoding="utf-8")
        self._capture = capture

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        from zhubi.cli.commands import run

        self._capture.readouterr()
        status = run(["--directory", str(self.home), *arguments])
        said = self._capture.readouterr()
        assert "Traceback" not in said.err + said.out
        return status, said.out, said.err


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Any]:
    # The command's clock is the machine's own, and so is this office's.
    from datetime import UTC, datetime

    made = stories.Story(tmp_path, stories.Clock(datetime.now(UTC)))
    yield made
    made.close()


@pytest.fixture
def shell(
    story: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    made = Shell(tmp_path / "expert", tmp_path, capsys)
    monkeypatch.setenv("ZHUBI_PASSPHRASE_FILE", str(made.passphrase))
    monkeypatch.delenv("ZHUBI_LANG", raising=False)
    return made


@pytest.fixture
def enrolled(story: Any, shell: Shell, tmp_path: Path) -> Any:
    """Three projects, and a machine enrolled by the command."""
    ids = story.import_dossiers("dazu-2023-26")
    story.round = story.open_round(*stories.DAZU)
    story.invitation = story.invite()
    for order, (_, dossier) in enumerate(sorted(ids.items()), 1):
        story.seat(story.round, dossier, story.invitation.person, order=order)
    letter = tmp_path / "invitation.txt"
    letter.write_text("您好：\n" + encode_invitation(story.invitation) + "\n", encoding="utf-8")
    status, out, err = shell("enrol", str(letter), "--yes", "--pin-file", str(shell.pin))
    assert (status, err) == (0, "")
    assert "重庆市大足区科学技术局 邀请 陈思远（浙江大学）" in out and "日志公钥" in out
    return story


def test_before_enrolling_every_command_says_what_to_do(shell: Shell) -> None:
    for command in (["sync"], ["status"], ["submit"], ["receipts"]):
        status, out, err = shell(*command)
        assert (status, out) == (1, "")
        assert "zhubi enrol" in err and err.count("\n") == 1


def test_a_day_from_a_shell(enrolled: Any, shell: Shell, tmp_path: Path) -> None:
    status, out, err = shell("sync")
    assert (status, err) == (0, "") and "收到记录" in out
    assert shell("sync")[1] == "没有变化。\n"
    desk = enrolled.open()
    enrolled.declare_all(desk, enrolled.round)
    enrolled.sync(desk)
    key = overview.rows(desk, None, 0, 1)[0].key
    for row in review.open_review(desk, key).state.criteria:
        review.set_score(desk, key, row.id, row.full_text)
    review.set_finding(desk, key, "nodes_met", "yes")
    review.set_finding(desk, key, "poor_effort", "no")
    review.set_recommendation(desk, key, "continue", "")
    desk.close()

    status, out, err = shell("status")
    assert (status, err) == (0, "")
    assert out.startswith("下一步：") and "DZ26-002" in out and "已填完，待签名" in out
    status, out, err = shell("submit", "--dry-run")
    assert status == 0
    assert out.splitlines() == ["[x] DZ26-002 100 继续实施 可提交", "DZ26-002 试送：可以收下"]
    status, out, err = shell("submit", "DZ26-002", "NO-SUCH", "--pin-file", str(shell.pin))
    assert status == 1 and "没有待提交的项目 NO-SUCH" in err
    assert "DZ26-002 个人评审表 已提交" in out
    assert shell("submit", "--pin-file", str(shell.pin))[0] == 0

    status, out, _ = shell("receipts", "--json")
    rows = json.loads(out)
    assert status == 0 and len(rows) == 5
    status, listed, _ = shell("receipts")
    assert all(row["code"] in listed for row in rows)
    file = tmp_path / "receipt.json"
    assert shell("receipts", rows[-1]["code"], "-o", str(file))[0] == 0
    status, out, err = shell("verify", str(file))
    assert (status, err) == (0, "") and rows[-1]["digest"] in out


def test_a_receipt_verifies_on_another_machine_by_pins_alone(
    enrolled: Any, shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell("sync")
    desk = enrolled.open()
    enrolled.declare_all(desk, enrolled.round)
    enrolled.sync(desk)
    desk.close()
    _, text, _ = shell("receipts", json.loads(shell("receipts", "--json")[1])[0]["digest"])
    file, pins = tmp_path / "r.json", tmp_path / "pins.json"
    file.write_text(text, encoding="utf-8")
    pins.write_text(json.dumps(json.loads(text)["pins"]), encoding="utf-8")
    shell.home = tmp_path / "nobody"
    status, out, _ = shell("verify", str(file), "--pins", str(pins))
    assert status == 0 and "不是文件自带的" in out
    status, out, _ = shell("verify", str(file))
    assert status == 1 and "不能证明是哪个评审组织方" in out
    file.write_text(text.replace('"record": "e', '"record": "f'), encoding="utf-8")
    status, out, err = shell("verify", str(file), "--pins", str(pins))
    assert (status, out) == (1, "") and err.count("\n") == 1


def test_json_is_for_other_programs(enrolled: Any, shell: Shell) -> None:
    assert json.loads(shell("sync", "--json")[1])["problem"] == ""
    found = json.loads(shell("status", "--json")[1])
    assert set(found) == {"next", "sync", "rounds", "projects"}
    assert found["next"]["act"] == "commit" and len(found["projects"]) == 3


def test_status_works_beside_the_running_app_and_sync_says_why_not(enrolled: Any, shell: Shell) -> None:
    shell("sync")
    desk = enrolled.open()
    assert shell("status")[0] == 0
    status, _, err = shell("sync")
    assert status == 1 and str(os.getpid()) in err
    desk.close()


def test_an_office_that_is_down_is_a_sentence(enrolled: Any, shell: Shell) -> None:
    enrolled.server.stop()
    status, _, err = shell("sync")
    assert (status, err) == (1, "网络不通。已保存，可继续评审；联网后自动送出。\n")


def test_english_is_spoken_when_asked_for(enrolled: Any, shell: Shell) -> None:
    from zhubi.cli.commands import run

    assert run(["--lang", "en", "--directory", str(shell.home), "status"]) == 0
    assert "Next: " in shell._capture.readouterr().out


@pytest.mark.parametrize(
    "arguments", [["nosuch"], ["sync", "--nosuch"], ["verify"], ["--lang", "fr", "status"]]
)
def test_wrong_usage_is_two(shell: Shell, arguments: list[str]) -> None:
    assert shell(*arguments)[0] == 2


def test_a_used_or_broken_invitation_is_a_sentence(enrolled: Any, shell: Shell, tmp_path: Path) -> None:
    shell.home = tmp_path / "other"
    letter = tmp_path / "invitation.txt"
    status, _, err = shell("enrol", str(letter), "--yes", "--pin-file", str(shell.pin))
    assert status == 1 and "已使用" in err
    letter.write_text(letter.read_text(encoding="utf-8")[:200], encoding="utf-8")
    status, _, err = shell("enrol", str(letter), "--yes", "--pin-file", str(shell.pin))
    assert status == 1 and "邀请不完整" in err


def test_without_a_terminal_and_without_files_it_says_which_option(
    enrolled: Any, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    monkeypatch.delenv("ZHUBI_PASSPHRASE_FILE")
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    status, _, err = shell("status")
    assert status == 1 and "口令" in err


def test_an_unforeseen_fault_is_one_line_without_a_traceback_or_values(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zhubi.cli import asking

    def broken(*_: object, **__: object) -> None:
        raise KeyError("a secret value")

    monkeypatch.setattr(asking, "open_desk", broken)
    status, _, err = shell("status")
    assert status == 1 and "KeyError" in err and "secret" not in err and err.count("\n") == 1


def test_version_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['zhubi', '--version']\n"
        "from zhubi.cli.entry import main\n"
        "assert main() == 0\n"
        "heavy = {'click', 'textual', 'httpx', 'pydantic', 'apsw', 'keyring', 'cryptography', 'sqlalchemy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1:] == ["[]"]


def test_a_reader_that_leaves_early_is_no_fault(enrolled: Any, shell: Shell) -> None:
    command = [sys.executable, "-c", "from zhubi.cli.entry import main; import sys; sys.exit(main())"]
    command += ["--directory", str(shell.home), "status", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert b"Traceback" not in process.stderr.read()
    process.wait(timeout=30)


def test_the_whole_of_judging_is_possible_without_a_screen(
    enrolled: Any, shell: Shell, tmp_path: Path
) -> None:
    pin = ("--pin-file", str(shell.pin))
    shell("sync")
    assert shell("declare")[1] == ""
    status, out, err = shell("commit", "--yes", *pin)
    assert (status, err) == (0, "") and "承诺书已签名" in out
    shell("sync")
    code = next(line.split()[0] for line in shell("declare")[1].splitlines() if line.endswith("未答"))
    (round_title,) = [each.title for each in _rounds(enrolled)]
    status, out, _ = shell("declare", round_title, code, "clear")
    assert (status, out.splitlines()[0].endswith("无应回避")) == (0, True)
    assert "已签名 1 项" in shell("declare", "--sign", *pin)[1]
    shell("sync")
    assert shell("read", code)[1].startswith(code)
    assert "-- 1" in shell("read", code, "--attachment", "1")[1]

    form = shell("sheet", code)[1]
    filled = tmp_path / "sheet.toml"
    filled.write_text(
        form.replace('node = ""  # 节点与考核指标 70', 'node = "６２"', 1)
        .replace('effort = ""  # 实施力度 15', 'effort = "13"', 1)
        .replace('funds = ""  # 资金拨付与使用 15', 'funds = "12"', 1)
        .replace('nodes_met = ""', 'nodes_met = "yes"')
        .replace('poor_effort = ""', 'poor_effort = "no"')
        .replace('recommendation = ""', 'recommendation = "continue"', 1)
        .replace('opinion = ""', 'opinion = "第一里程碑指标全部达到。"'),
        encoding="utf-8",
    )
    status, out, err = shell("sheet", code, "--file", str(filled))
    assert (status, err) == (0, "") and '\nrecommendation = "continue"' in out
    assert "# 按本人认定：足 八(七) 通过考核，继续实施 成立" in out and "# 缺" not in out
    status, out, _ = shell("submit", "--yes", *pin)
    assert status == 0 and "已提交" in out


def test_a_whole_sheet_with_cuts_and_reasons_goes_through_a_file(story: Any, shell: Shell) -> None:
    stories.seat_expert(story, "shapingba-2023-41", "spb.project-appraisal")
    story.declare_all(story.desk, story.round)
    story.sync(story.desk)
    story.desk.close()
    form = shell("sheet", "SPB26-003")[1]
    assert 'equipment = ""  # 设备费 120,000' in form
    filled = shell.pin.with_name("sheet.toml")
    said = """
        core_indicators_stand = false
        [comments]
        innovation = "有新意"
        [cuts]
        equipment = "50000"
        [cut_reasons]
        equipment = "可共享"
        [facts]
        project_class = true
    """
    item = next(line.partition(" ")[0] for line in form.partition("[comments]\n")[2].splitlines())
    filled.write_text(said.replace("innovation", item), encoding="utf-8")
    status, out, err = shell("sheet", "SPB26-003", "--file", str(filled), "--begin-opinion")
    assert (status, err) == (0, "")
    for line in ('equipment = "50000"', 'equipment = "可共享"', "core_indicators_stand = false",
                 "project_class = true", "：有新意"):  # fmt: skip
        assert line in out
    filled.write_text(out, encoding="utf-8")
    assert shell("sheet", "SPB26-003", "--file", str(filled))[1] == out, "what is printed can be put in again"


def test_own_phrases_are_kept_listed_and_removed(enrolled: Any, shell: Shell) -> None:
    for words in ("指标有据", "预算偏高"):
        assert shell("phrases", "--add", words)[0] == 0
    assert shell("phrases")[1].splitlines() == ["1  预算偏高（0次）", "2  指标有据（0次）"]
    assert shell("phrases", "有据")[1].splitlines() == ["2  指标有据（0次）"]
    assert shell("phrases", "--remove", "1")[0] == 0
    assert shell("phrases")[1].splitlines() == ["1  指标有据（0次）"]
    status, _, said = shell("phrases", "--remove", "5")
    assert (status, said.strip()) == (1, "没有第5条常用语。")


def test_notes_are_listed_and_removed_and_a_passage_is_cited(
    enrolled: Any, shell: Shell, tmp_path: Path
) -> None:
    desk = enrolled.open()
    enrolled.declare_all(desk, enrolled.round)
    enrolled.sync(desk)
    code = overview.rows(desk, None, 0, 1)[0].code
    desk.close()
    place = ("--attachment", "1", "--page", "1", "--quote", "检测结果")
    assert shell("notes", code, *place, "--add", "与正文不一致")[0] == 0
    listed = shell("notes", code)[1].splitlines()
    assert listed[0].startswith("1  附件1 ") and listed[1:] == ["   「检测结果」", "   与正文不一致"]
    assert "[1]" in shell("notes", code, *place, "--cite")[1]
    filled = tmp_path / "sheet.toml"
    filled.write_text('opinion = "检测不足[1]"', encoding="utf-8")
    status, out, err = shell("sheet", code, "--file", str(filled))
    assert (status, err) == (0, "")
    assert out.splitlines()[-1].startswith("# [1] 附件1 ") and out.endswith("第1页 「检测结果」\n")
    assert shell("notes", code, "--remove", "1")[0] == 0
    assert shell("notes", code)[1] == ""
    assert shell("notes", code, "--remove", "1")[0] == 1
    assert shell("notes", code, "--attachment", "99", "--cite")[0] == 1


def test_a_sheet_that_is_not_one_is_told_what_is_wrong(enrolled: Any, shell: Shell, tmp_path: Path) -> None:
    desk = enrolled.open()
    enrolled.declare_all(desk, enrolled.round)
    enrolled.sync(desk)
    code = overview.rows(desk, None, 0, 1)[0].code
    desk.close()
    for text, said in (
        ("scores = [", "评审表的写法不对"),
        ("marks = {}", "marks"),
        ('scores = {node = "99"}', "满分70，输入了99"),
        ('findings = {nodes_met = "maybe"}', "nodes_met"),
    ):
        filled = tmp_path / "sheet.toml"
        filled.write_text(text, encoding="utf-8")
        status, _, err = shell("sheet", code, "--file", str(filled))
        assert status == 1 and said in err
    assert shell("sheet", "NO-SUCH")[0] == 1
    assert shell("commit", "没有这场", "--yes")[0] == 1


def _rounds(story: Any) -> Any:
    with story.open() as desk:
        return overview.rounds(desk)


def test_changes_under_a_sheet_are_seen_taken_over_and_taken_back(
    enrolled: Any, shell: Shell, tmp_path: Path
) -> None:
    desk = enrolled.open()
    enrolled.declare_all(desk, enrolled.round)
    enrolled.sync(desk)
    code = overview.rows(desk, None, 0, 1)[0].code
    desk.close()
    filled = tmp_path / "sheet.toml"
    filled.write_text('scores = {node = "62", effort = "13"}', encoding="utf-8")
    assert shell("sheet", code, "--file", str(filled))[0] == 0
    assert "没有变化" in shell("changes", code)[1]
    assert shell("adopt", code, "--rules")[0] == 1
    assert shell("adopt", code)[0] == 2
    enrolled.clock.on(minutes=5)
    enrolled.change(
        enrolled.round,
        "amend",
        overrides={"criteria.node.full": 50, "criteria.effort.full": 35},
        reason="试行",
    )
    shell("sync")
    _, out, hint = shell("changes", code)
    assert "由“70”改为“50”" in out and "62（超过新的满分）" in out
    assert f"zhubi adopt {code} --rules" in hint
    status, out, _ = shell("adopt", code, "--rules")
    assert status == 0 and "缺评分：节点与考核指标" in out
    out = shell("changes", code)[1]
    assert "[score:node]" in out and "62" in out
    assert "[score:node]" not in shell("changes", code, "--looked", "score:node")[1]
    assert shell("adopt", code, "--back")[0] == 0
    assert 'node = "62"' in shell("sheet", code)[1]
    assert shell("adopt", code, "--keep")[0] == 0
    assert "已看过" in shell("changes", code)[1]
    assert shell("correct", code, "--reason", " ")[0] == 1


def test_a_chair_concludes_from_a_shell(enrolled: Any, shell: Shell) -> None:
    from zhubi.demo.sheets import fill
    from zhubi.expert.desk import submit
    from zhubi.office.rounds.seats import appoint_chair

    def concludes(*more: str) -> tuple[int, str, str]:
        return shell("conclude", "DZ26-002", "--pin-file", str(shell.pin), *more)

    desk = enrolled.open()
    enrolled.declare_all(desk, enrolled.round)
    enrolled.sync(desk)
    key = overview.rows(desk, None, 0, 1)[0].key
    desk.close()
    assert concludes()[2] == "只有本场次组长能签专家组意见。\n"
    appoint_chair(
        enrolled.office, enrolled.staff, enrolled.round, enrolled.invitation.person, now=enrolled.clock()
    )
    assert shell("sync")[0] == 0
    assert "先签名并提交本人评审表" in concludes()[2]
    desk = enrolled.open()
    fill(desk, key)
    submit.sign(desk, [key], PIN)
    submit.submit(desk)
    desk.close()

    status, out, err = concludes("--finding", "nodes_met=yes", "--finding", "poor_effort=yes")
    assert (status, err) == (0, "")
    assert "条款竞合" in out and "continue 通过考核，继续实施" in out and "组员：是1 否0 无法判断0" in out
    status, out, err = concludes("--finding", "nodes_met=maybe")
    assert status == 1 and "nodes_met=maybe" in err and "poor_effort" in err
    both = ("--finding", "nodes_met=yes", "--finding", "poor_effort=yes")
    status, _, err = concludes(*both, "--conclusion", "stop")
    assert (status, err) == (1, "条款竞合：选定“叫停”须写明理由。\n")
    status, out, err = concludes(*both, "--conclusion", "stop", "--words", "节点完成，但后续实施不力。")
    assert (status, err) == (0, "") and "专家组意见已签名" in out
    assert shell("sync")[0] == 0
    status, out, err = concludes()
    assert (status, err) == (0, "") and "现行专家组意见：叫停" in out
    status, _, err = concludes("--words", "另有说明。")
    assert (status, err) == (1, "更正专家组意见须写明原因。\n")
    assert concludes("--words", "另有说明。", "--reason", "补充说明")[0] == 0
    assert concludes("--words", "另有说明。", "--reason", "再来一次")[2].startswith("与现行专家组意见相同")
    status, out, err = shell("--lang", "en", "conclude", "DZ26-002")
    assert (status, err) == (0, "") and "The conclusion that stands: stopped" in out


def test_handing_in_from_a_shell_names_what_is_left_and_tells_programs(enrolled: Any, shell: Shell) -> None:
    shell("sync")
    desk = enrolled.open()
    enrolled.declare_all(desk, enrolled.round)
    enrolled.sync(desk)
    first, second = [each.key for each in overview.rows(desk, None, 0, 2)]
    for row in review.open_review(desk, first).state.criteria:
        review.set_score(desk, first, row.id, row.full_text)
    review.set_finding(desk, first, "nodes_met", "yes")
    review.set_finding(desk, first, "poor_effort", "no")
    review.set_recommendation(desk, first, "continue", "")
    review.set_score(desk, second, "node", "60")
    codes = [each.code for each in overview.rows(desk, None, 0, 2)]
    selection.keep_back(desk, [first], back=True)
    desk.close()

    pin = ("--pin-file", str(shell.pin))
    status, out, err = shell("submit", *pin)
    assert (status, "暂缓" in out, "已提交" in out) == (0, True, False)
    assert f"{codes[1]} 还缺：" in err and "实施力度" in err
    status, _, err = shell("submit", "--round", "没有这个")
    assert status == 2 and "评审场次" in err
    status, out, _ = shell("submit", "--all", "--dry-run", "--json")
    told = json.loads(out)
    assert status == 1, "all was asked for, and one sheet lacks something"
    assert [each["state"] for each in told["trial"]["results"]] == ["fits"]
    status, out, _ = shell("submit", "--all", "--json", *pin)
    told = json.loads(out)
    assert (status, told["unsent"], [each["state"] for each in told["delivered"]]) == (1, 0, ["proven"])
    assert shell("submit", codes[0], *pin)[0] == 1, "handed in already: nothing of that name waits"
