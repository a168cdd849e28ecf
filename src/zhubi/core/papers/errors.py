"""What can go wrong when a form is printed."""

from __future__ import annotations

from zhubi.core.model.errors import ZhubiError


class PapersError(ZhubiError):
    """A form could not be printed: ``papers.missing-glyph``, ``papers.not-typeset``, ``papers.exists``, …"""
