"""The settings page says what the settings are."""

from __future__ import annotations

from scripts.document_settings import PAGE, main, render

from sentistream.settings import fields, variable


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "run `make docs`"
    assert main(["--check"]) == 0


def test_every_setting_has_a_line_and_prose() -> None:
    page = render()
    declared = list(fields())
    assert len(declared) > 30
    for section, name, field in declared:
        assert f"| `{variable(section, name)}` |" in page
        assert field.description
        assert field.description.endswith(".")
