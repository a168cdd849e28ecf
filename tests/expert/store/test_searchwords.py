"""Folding and parting of text: whatever part of a text is typed, the index has its terms and the text its place."""

from __future__ import annotations

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from zhubi.expert.store import searchwords
from zhubi.expert.store.searchwords import fold, wanted, words_of

_LETTERS = st.text(
    st.sampled_from("中文评审专家的技术一二AaＡbé1２%（，。、…㎡℃ﬁßÄ\u0301\u3099ｶﾞガ한글 \n\t-_\"*'()ⅣЖ—")
    | st.characters(exclude_categories=["Cs"]),
    max_size=60,
)


def spans(text: str, typed: str) -> list[str]:
    found = wanted(typed)
    return [] if found is None else [text[start:end] for start, end in found.spans(text)]


@given(_LETTERS)
@example("e\u0301")
@example("1\ufe0f\u20e3")
def test_every_letter_of_the_folded_text_has_its_place_in_the_original(text: str) -> None:
    folded, places = searchwords._fold_with_places(text)
    assert folded == fold(text)
    assert len(places) == len(folded) + 1 and places == sorted(places) and places[-1] == len(text)


@given(_LETTERS)
def test_plain_text_folds_as_unicode_says(text: str) -> None:
    if unicodedata.is_normalized("NFKC", text) and not any(map(unicodedata.combining, text)):
        assert fold(text) == unicodedata.normalize("NFKC", text.casefold())


@given(st.text(st.sampled_from("评审专家组技术指标的\n "), min_size=1, max_size=40), st.data())
def test_any_part_of_chinese_text_is_found_and_marked(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    part = text[start : data.draw(st.integers(start + 1, len(text)))]
    found = wanted(part)
    if found is None:
        assert not part.strip()
        return
    kept = set(words_of(text).split(" "))
    assert all(term.strip('"') in kept for term in found.terms)
    assert found.holds(fold(text))
    marked = "".join(text[begin:end] for begin, end in found.spans(text))
    assert set(part.split()[0]) <= set(marked)


@given(_LETTERS)
def test_whatever_is_typed_gives_terms_that_are_quoted(typed: str) -> None:
    found = wanted(typed)
    if found is not None:
        for term in found.terms:
            assert term.startswith('"') and term.rstrip("*").endswith('"')
            assert '"' not in term.rstrip("*")[1:-1]


def test_words_are_found_from_their_beginning_and_as_they_are_typed() -> None:
    text = "通用型CAR-T细胞制备，良品率62.5%；Token数"
    assert spans(text, "car") == ["CAR"]
    assert spans(text, "ＣＡＲ－Ｔ") == ["CAR-T"]
    assert spans(text, "62.5%") == ["62.5%"]
    assert spans(text, "tok") == ["Tok"]
    assert spans(text, "ken") == []
    assert spans(text, "胞") == ["胞"]
    assert spans(text, "制备 良品") == ["制备", "良品"]
    assert spans(text, "制备 没有") == []


def test_what_unicode_spells_in_several_ways_is_one() -> None:
    assert spans("面积120㎡，温度25℃，ﬁne", "120m2") == ["120㎡"]
    assert spans("Ⅳ级，ｶﾞス", "iv") == ["Ⅳ"]
    assert spans("Ⅳ级，ｶﾞス", "ガ") == ["ｶﾞ"]
    assert spans("Müller und STRASSE", "straße") == ["STRASSE"]
    assert spans("Mu\u0308ller", "mü") == ["Mu\u0308"]


def test_a_line_break_in_chinese_is_no_border_and_one_between_words_is() -> None:
    assert spans("人工智\n能平台", "智能") == ["智\n能"]
    assert "智能" in words_of("人工智\n能平台").split(" ")
    assert spans("deep\nlearning", "deeplearning") == []


def test_marks_alone_ask_for_nothing() -> None:
    for typed in ("", "   ", "%", "——", '"', "*", "()", "…"):
        assert wanted(typed) is None


@given(
    st.text(st.sampled_from("评审专ab2 ，-"), min_size=1, max_size=14),
    st.text(st.sampled_from("评审专ab2，-"), min_size=1, max_size=3),
)
def test_where_the_terms_are_enough_the_text_has_the_word(text: str, typed: str) -> None:
    found = wanted(typed)
    if found is None or not found.exact:
        return
    kept = words_of(text).split(" ")
    terms = [each.strip('"*') for each in found.terms]
    has = all(
        any(word.startswith(term) if each.endswith("*") else word == term for word in kept)
        for each, term in zip(found.terms, terms, strict=True)
    )
    assert has == found.holds(fold(text))
