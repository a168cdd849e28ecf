"""What number formats make of numbers."""

import pytest

from zhubi.expert.reading.formats.cell_values import PLAIN, as_written, number_format


@pytest.mark.parametrize(
    ("code", "raw", "written"),
    [
        ("General", "1200000", "1200000"),
        ("G/通用格式", "3.5", "3.5"),
        ("#,##0.00", "1234.5", "1234.5"),
        ("General", "0.30000000000000004", "0.3"),
        ("General", "1E+17", "100000000000000000"),
        ("0.00%", "0.0725", "7.25%"),
        ('yyyy"年"m"月"d"日"', "46082", "2026-03-01"),
        ('yyyy"年"m"月"', "46082", "2026-03"),
        ("[$-804]yyyy/m/d\\ h:mm", "46082.395833333336", "2026-03-01 09:30"),
        ("h:mm:ss", "0.5000115740740741", "12:00:01"),
        ("[h]:mm", "1.25", "30:00"),
        ("[Red]0;[DBNum1]0", "7", "7"),
        ('0"days"', "7", "7"),
        ("yyyy-mm-dd", "-5", "-5"),
        ("yyyy-mm-dd", "1e12", "1000000000000"),
        ("yyyy-mm-dd", "1", "1900-01-01"),
        ("yyyy-mm-dd", "61", "1900-03-01"),
        ("yyyy-mm-dd", "2958465.999999999", "9999-12-31"),
    ],
)
def test_a_number_is_written_as_its_format_means_it(code, raw, written):
    assert as_written(raw, number_format(164, code)) == written


@pytest.mark.parametrize(
    ("identifier", "written"), [(14, "2026-03-01"), (31, "2026-03-01"), (57, "2026-03"), (0, "46082")]
)
def test_formats_named_by_number_alone(identifier, written):
    assert as_written("46082", number_format(identifier)) == written


@pytest.mark.parametrize("raw", ["", "甲", "nan", "inf", "1e400", "--1"])
def test_what_is_no_number_stays_as_it_is(raw):
    assert as_written(raw, number_format(9)) == raw
    assert as_written(raw, PLAIN) == raw
