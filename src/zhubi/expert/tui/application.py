"""The app: themes, keys that hold everywhere, errands, and which screen comes first."""

from __future__ import annotations

import contextlib
import gc
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.screen import Screen
from textual.scrollbar import ScrollBar, ScrollBarRender

from zhubi.expert.tui import times
from zhubi.expert.tui.acts import Act, bound
from zhubi.expert.tui.crash import write_crash
from zhubi.expert.tui.page import Box, Page
from zhubi.expert.tui.telling import TellingApp
from zhubi.expert.tui.theme import THEMES
from zhubi.expert.tui.widgets.topline import TopLine
from zhubi.locale import language, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.views import ReviewKey, Settings, StatusLine, SyncProgress, SyncReport

WARM_AFTER = 1.5
"""Seconds after the first paint at which what the next screens need is loaded."""
SYNC_EVERY = 180.0
"""Seconds between the syncs that run by themselves."""


class PlainScrollBar(ScrollBarRender):
    """A scroll bar of spaces only, for consoles that lack the eighth-block characters."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "]
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "]


class ZhubiApp(TellingApp):
    """Zhubi for one expert. ``desk`` None: nobody is enrolled in ``directory`` yet, or a passphrase is needed."""

    # The desk's own sheet is read with the app's: a sheet read later makes Textual parse all of them again.
    CSS_PATH: ClassVar[list[str | PurePath]] = ["app.tcss", "screens/desk.tcss"]
    TITLE = "Zhubi"
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = "*"
    DEFAULT_MODE = "front"
    NOTIFICATION_TIMEOUT = 6
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("f1", "help", "help", priority=True),
        bound("question_mark,fullwidth_question_mark", "help", "help", show=False),
        bound("ctrl+p", "palette", "palette", show=False, priority=True),
        bound("ctrl+f", "search", "search", show=False, priority=True),
        bound("ctrl+r", "sync", "sync", show=False, priority=True),
        bound("ctrl+q", "quit", "quit", show=False, priority=True),
    ]
    ACTS: ClassVar[tuple[Act, ...]] = (
        Act("theme-dark", "app.use_theme('dark')"),
        Act("theme-light", "app.use_theme('light')"),
        Act("theme-high-contrast", "app.use_theme('high-contrast')"),
        Act("speak-chinese", "app.speak('zh_CN')"),
        Act("speak-english", "app.speak('en')"),
        Act("contact", "app.contact"),
        Act("vouch-device", "app.vouch_device"),
        Act("join-office", "app.join_office"),
        Act("settings", "app.settings"),
    )

    def __init__(
        self,
        desk: Desk | None,
        *,
        directory: Path | None = None,
        plain: bool = False,
        sync_by_itself: bool = True,
        first: str | None = None,
    ) -> None:
        super().__init__()
        self._desk = desk
        self.directory = directory
        self.sync_by_itself = sync_by_itself
        self._first = first
        self._syncing = False
        self._sync_words = ""
        self.ticked: tuple[ReviewKey, ...] = ()
        """The projects chosen to be shown side by side, for as long as the app is open."""
        self.asked_own_units = False
        """Whether this session has asked for the units that hints are made from."""
        self.settings = self._read_settings()
        self.plain = plain or self.settings.plain
        # A mode, and not the default screen: only then does Textual load the style sheet beside the first screen.
        self.add_mode(self.DEFAULT_MODE, self._first_screen)
        self.add_mode("desk", _desk_screen)
        self._draw_first_in(self.settings.theme)
        self.set_keymap(self.settings.keymap)
        self.draw_plain(self.plain)

    def _draw_first_in(self, name: str) -> None:
        """Choose the first theme. Changing it later parses all style sheets again, so it is not simply changed."""
        for theme in THEMES:
            self.register_theme(theme)
        self.set_reactive(App.theme, name)
        self.set_class(self.current_theme.dark, "-dark-mode", update=False)
        self.set_class(not self.current_theme.dark, "-light-mode", update=False)
        self.stylesheet.set_variables(self.get_css_variables())

    def draw_plain(self, plain: bool) -> None:
        """Draw with, or without, box and block characters."""
        self.plain = plain
        self.set_class(plain, "-plain")
        ScrollBar.renderer = PlainScrollBar if plain else ScrollBarRender

    def _read_settings(self) -> Settings:
        from zhubi.expert.desk import settings
        from zhubi.expert.desk.views import Settings

        if self._desk is not None:
            return settings.get(self._desk)
        return Settings() if self.directory is None else settings.read(self.directory)

    # The desk and the first screen

    @property
    def desk(self) -> Desk:
        """The open desk. Screens that can come before it is open do not ask."""
        if self._desk is None:
            raise RuntimeError("the desk is not open yet")
        return self._desk

    @property
    def has_desk(self) -> bool:
        """Whether the desk is open."""
        return self._desk is not None

    def _first_screen(self) -> Screen[Any]:
        if self._first == "enrol":
            from zhubi.expert.tui.screens.enrol import EnrolScreen

            return EnrolScreen()
        if self._desk is None or self._asks_at_start():
            from zhubi.expert.tui.screens.unlock import UnlockScreen

            return UnlockScreen(passphrase=self._desk is None)
        return _desk_screen()

    def _asks_at_start(self) -> bool:
        from zhubi.expert.desk import unlock

        return self._desk is not None and unlock.asks_at_start(self._desk)

    def adopt(self, desk: Desk) -> None:
        """Work with the desk that has just been opened, as its settings say."""
        self._desk = desk
        self.settings = self._read_settings()
        self.theme = self.settings.theme
        self.set_keymap(self.settings.keymap)

    def enter(self, desk: Desk) -> None:
        """Go to the desk that has just been enrolled or unlocked."""
        self.adopt(desk)
        self.switch_mode("desk")

    def on_ready(self) -> None:
        """The first screen stands: collect garbage again, but never what was made to get here."""
        self.call_after_refresh(gc.freeze)
        self.call_after_refresh(gc.enable)

    def wipe_outside(self) -> None:
        """Delete what was opened outside, of this session and, after a crash, of the one before."""
        from zhubi.expert.desk import reading

        reading.wipe_outside(self.desk)

    def keep_index(self) -> None:
        """From now on the search index follows what may be read."""
        from zhubi.expert.desk.indexing import searching

        searching(self.desk).begin(self.desk)

    def desk_ready(self) -> None:
        """The desk has been painted: from now on sync runs by itself."""
        # Beside the drawing, and early: it also loads what opening a review needs.
        self.set_timer(WARM_AFTER, lambda: self.errand(self.wipe_outside, lambda _none: None))
        if self.sync_by_itself:
            self.set_timer(WARM_AFTER, lambda: self.errand(self.keep_index, lambda _none: None))
            self.set_timer(0.3, self._sync_quietly)
            self.set_interval(SYNC_EVERY, self._sync_quietly)
        self.set_interval(20, self.show_status)

    def now(self) -> Any:
        """This moment by the desk's clock."""
        return self.desk.clock()

    # Sync

    def action_sync(self) -> None:
        """Bring this machine and the office together."""
        if not self.has_desk:
            return
        if self._syncing:
            self.say_done(say("tui.sync.running"))
        else:
            self._start_sync(quiet=False)

    def _sync_quietly(self) -> None:
        if self.has_desk and not self._syncing:
            self._start_sync(quiet=True)

    def _start_sync(self, *, quiet: bool) -> None:
        from zhubi.expert.desk import synchronise

        desk = self.desk
        self._syncing = True
        self._sync_words = say("tui.sync.busy")
        self.show_status()

        def progress(step: SyncProgress) -> None:
            with contextlib.suppress(RuntimeError):
                self.call_from_thread(self._show_progress, step)

        def done(report: SyncReport) -> None:
            self._syncing = False
            self.desk_changed()
            if report.problem and not quiet:
                self.say_problem(report.problem)
            elif not quiet:
                key = "tui.sync.changed" if report.changed else "tui.sync.unchanged"
                self.say_done(say(key, received=report.received, proven=report.proven))

        def failed(sentence: str) -> None:
            self._syncing = False
            self.show_status()
            if not quiet:
                self.say_problem(sentence)

        self.errand(lambda: synchronise.sync(desk, progress), done, failed, group="sync")

    def _show_progress(self, step: SyncProgress) -> None:
        percent = 100 * step.done // step.total if step.total else 0
        words = say("tui.sync.blobs", percent=percent) if step.phase == "blobs" else say("tui.sync.busy")
        if words != self._sync_words:
            self._sync_words = words
            self.show_status()

    def desk_changed(self) -> None:
        """The store changed: every screen that shows it draws again."""
        for screen in self.screen_stack:
            if isinstance(screen, (Page, Box)):
                screen.desk_changed()
        self.show_status()

    def show_status(self) -> None:
        """Write sync state and time into the top line."""
        lines = self.screen.query(TopLine)
        if not lines or not self.has_desk:
            return
        line = lines.first()
        line.clock = times.today(self.now())
        if self._syncing:
            line.sync, line.trouble = self._sync_words, False
            return
        from zhubi.expert.desk import overview

        status = self.attempt(lambda: overview.status_line(self.desk))
        if status is not None:
            line.sync, line.trouble = status_words(status), status.state in ("failed", "offline")

    # Acts that hold everywhere

    def action_help(self) -> None:
        """Help on the screen in front."""
        from zhubi.expert.tui.screens.help import HelpBox

        if not isinstance(self.screen, HelpBox):
            self.push_screen(HelpBox(self.screen))

    def action_palette(self) -> None:
        """Every act by name."""
        from zhubi.expert.tui.screens.palette import PaletteBox

        if not isinstance(self.screen, PaletteBox):
            self.push_screen(PaletteBox(self.screen))

    def action_search(self) -> None:
        """One search over everything on this machine."""
        if any(getattr(each, "NAME", "") == "desk" for each in self.screen_stack):
            from zhubi.expert.tui import routes

            routes.open_search(self)

    def action_contact(self) -> None:
        """Report lobbying to the inspectors: at any time, wherever one is."""
        from zhubi.expert.tui.screens.contact import ContactScreen

        within = any(getattr(each, "NAME", "") == "desk" for each in self.screen_stack)
        if within and not any(isinstance(each, ContactScreen) for each in self.screen_stack):
            self.push_screen(ContactScreen())

    async def action_quit(self) -> None:
        """Leave; ask first when something would be left behind."""
        leaving = None
        if self.has_desk:
            from zhubi.expert.desk import overview

            leaving = self.attempt(lambda: overview.leaving(self.desk))
        if leaving is None or not (leaving.unsent or leaving.unsigned):
            self.exit(0)
            return
        from zhubi.expert.tui.screens.leave import LeaveBox

        if isinstance(self.screen, LeaveBox):
            # The key is the app's before it is the box's: asked twice, it leaves.
            self.screen.action_leave()
            return
        self.push_screen(LeaveBox(leaving), lambda go: self.exit(0) if go else None)

    def action_help_quit(self) -> None:
        self.say_done(say("tui.quit-how"))

    def action_settings(self) -> None:
        """How the app behaves on this machine."""
        if self.has_desk:
            from zhubi.expert.tui.screens.settings import SettingsScreen

            self.push_screen(SettingsScreen())

    def action_vouch_device(self) -> None:
        """Let this device vouch for a new one of the same person."""
        if self.has_desk:
            from zhubi.expert.tui.vouching import offer_vouching

            offer_vouching(self)

    def action_join_office(self) -> None:
        """Enrol with one more office."""
        if self.has_desk:
            from zhubi.expert.tui.screens.enrol import EnrolScreen

            self.push_screen(EnrolScreen())

    def action_use_theme(self, name: str) -> None:
        """Draw in another theme, and remember it."""
        self.theme = name
        self.change_setting("theme", name)

    async def action_speak(self, tongue: str) -> None:
        """Speak another language, and remember it."""
        from zhubi.locale import use_language

        if tongue == language():
            return
        use_language(tongue)
        self.change_setting("language", tongue)
        for screen in self.screen_stack:
            await screen.recompose()
        self.desk_changed()

    def change_setting(self, name: str, value: object) -> None:
        """Remember a setting on this machine, where there is a desk to remember it."""
        if not self.has_desk:
            return
        from zhubi.expert.desk import settings

        self.attempt(lambda: settings.put(self.desk, name, value))
        self.settings = self._read_settings()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """None of Textual's own: among them is one that saves what is on the screen as plain text."""
        return ()

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Nothing that is shown is written to a file."""

    def copy_to_clipboard(self, text: str) -> None:
        """Copy inside the app; out of it (OSC 52) only where the person has allowed that."""
        if self.settings.copying:
            super().copy_to_clipboard(text)
        else:
            self._clipboard = text

    def show_caret(self, shown: bool) -> None:
        """Show the terminal's own cursor while text is typed: input methods put their candidates beside it."""
        if self._driver is not None and not self.is_headless:
            self._driver.write("\x1b[?25h" if shown else "\x1b[?25l")
            self._driver.flush()

    # When the app itself fails

    def _fatal_error(self) -> None:
        from rich.text import Text

        error = self._exception
        if not self._exit_renderables:
            log = write_crash(self.log_directory(), error) if error is not None else None
            self.panic(Text(say("tui.failed.unexpected", log=str(log) if log else "--")))

    def _handle_exception(self, error: Exception) -> None:
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._fatal_error()


def _desk_screen() -> Screen[None]:
    from zhubi.expert.tui.screens.desk import DeskScreen

    return DeskScreen()


def status_words(status: StatusLine) -> str:
    """The sync state as the top line shows it: ``[已同步14:32]``, ``[离线 待发2]``, ``[同步失败 Ctrl+R]``."""
    unsent = say("tui.sync.unsent", count=status.unsent) if status.unsent else ""
    at = times.hour_and_minute(status.at) if status.at else ""
    key = "tui.sync.synced-unsent" if status.state == "synced" and unsent else f"tui.sync.{status.state}"
    return say(key, at=at, unsent=f" {unsent}" if unsent else "")
