"""Keys: the vectors of RFC 8037, and keys that must not be accepted."""

from __future__ import annotations

import pytest

from zhubi.core.trust.encodings import from_base64url, to_base64url
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.keys import SigningKey, thumbprint, verify

# RFC 8037, appendices A.1 to A.4.
SEED = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
PUBLIC = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
SIGNING_INPUT = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
SIGNATURE = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"

FIELD = 2**255 - 19
D = -121665 * pow(121666, -1, FIELD) % FIELD


def test_rfc_8037_key_thumbprint_and_signature():
    key = SigningKey.from_seed(from_base64url(SEED))
    assert (key.public, key.kid) == (PUBLIC, THUMBPRINT)
    assert thumbprint(PUBLIC) == THUMBPRINT
    assert to_base64url(key.sign(SIGNING_INPUT)) == SIGNATURE
    verify(PUBLIC, from_base64url(SIGNATURE), SIGNING_INPUT)


def test_a_seed_makes_the_same_key_again():
    key = SigningKey.generate()
    again = SigningKey.from_seed(key.seed)
    assert (again.public, again.kid, again.seed) == (key.public, key.kid, key.seed)


@pytest.mark.parametrize("place", [0, 31, 32, 63])
def test_an_altered_signature_is_refused(place, flip):
    with pytest.raises(TrustError) as caught:
        verify(PUBLIC, flip(from_base64url(SIGNATURE), place), SIGNING_INPUT)
    assert caught.value.kind == "trust.bad-signature"


def test_a_signature_is_for_its_content_and_key_and_length():
    signature = from_base64url(SIGNATURE)
    other = SigningKey.generate()
    for public, given, data in (
        (PUBLIC, signature, SIGNING_INPUT + b"."),
        (other.public, signature, SIGNING_INPUT),
        (PUBLIC, signature[:-1], SIGNING_INPUT),
        (PUBLIC, b"", SIGNING_INPUT),
    ):
        with pytest.raises(TrustError) as caught:
            verify(public, given, data)
        assert caught.value.kind == "trust.bad-signature"


def test_a_signature_has_no_second_form():
    # RFC 8032, 5.1.7: S is smaller than the group's order, else anyone could respell a signature.
    order = 2**252 + 27742317777372353535851937790883648493
    signature = from_base64url(SIGNATURE)
    respelt = signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    with pytest.raises(TrustError):
        verify(PUBLIC, respelt, SIGNING_INPUT)


def small_order_points() -> list[int]:
    """Every y on the curve whose point has an order that divides 8."""
    found = [0, 1, FIELD - 1]
    # Order 8: twice the point has y = 0, that is y² + x² = 0, which makes d·y⁴ + 2·y² - 1 = 0.
    root_of = pow(4 + 4 * D, (FIELD + 3) // 8, FIELD)
    if root_of * root_of % FIELD != (4 + 4 * D) % FIELD:
        root_of = root_of * pow(2, (FIELD - 1) // 4, FIELD) % FIELD
    for sign in (1, -1):
        square = (-2 + sign * root_of) * pow(2 * D, -1, FIELD) % FIELD
        y = pow(square, (FIELD + 3) // 8, FIELD)
        if y * y % FIELD != square:
            y = y * pow(2, (FIELD - 1) // 4, FIELD) % FIELD
        if y * y % FIELD == square:
            found += [y, FIELD - y]
    return found


def test_degenerate_keys_are_refused():
    points = small_order_points()
    assert len(points) == 5
    for y in [*points, FIELD, FIELD + 1]:
        for sign in (0, 1 << 255):
            with pytest.raises(TrustError) as caught:
                thumbprint(to_base64url((y | sign).to_bytes(32, "little")))
            assert caught.value.kind == "trust.bad-key"


@pytest.mark.parametrize(
    "text", ["", "abc", PUBLIC + "A", PUBLIC[:-1], PUBLIC[:-1] + "p", PUBLIC + "=", "公" * 43]
)
def test_what_is_no_public_key_is_refused(text):
    with pytest.raises(TrustError) as caught:
        verify(text, bytes(64), b"")
    assert caught.value.kind == "trust.bad-key"


def test_a_seed_of_another_length_is_refused():
    with pytest.raises(TrustError) as caught:
        SigningKey.from_seed(bytes(31))
    assert caught.value.kind == "trust.bad-key"


def test_a_key_shows_nothing_of_itself():
    key = SigningKey.from_seed(from_base64url(SEED))
    shown = repr(key) + str(key) + f"{key}" + repr([key])
    assert SEED not in shown and PUBLIC not in shown and "9d61" not in shown
    assert not hasattr(key, "__dict__")
