"""How one round follows another: the conclusion of the first is a pinned paper of the second."""

from __future__ import annotations

from zhubi.core.model.values import Digest, Frozen, Slug, Uuid


class Follows(Frozen):
    """The round before, whose conclusion on a project enters this one as a paper of this kind."""

    round: Uuid
    material: Slug


class CarriedConclusion(Frozen):
    """A conclusion that a version carries as a paper: of which round, which record, as which kind of paper."""

    round: Uuid
    conclusion: Digest
    material: Slug
