"""The list of texts for translators, and a console in another language."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from pimctl.console import pages

CHECKOUT = Path(__file__).parents[2]
LOCALE = CHECKOUT / "pimctl" / "console" / "locale"


def test_list_of_texts_is_up_to_date(tmp_path: Path) -> None:
    fresh = tmp_path / "console.pot"
    options = ["-q", "extract", "--no-wrap", "--omit-header", "--no-location", "--sort-output"]
    pybabel = str(Path(sys.executable).with_name("pybabel"))
    places = ["-F", str(LOCALE / "babel.cfg"), "-o", str(fresh), "pimctl/console"]
    subprocess.run([pybabel, *options, *places], cwd=CHECKOUT, check=True)
    assert fresh.read_text(encoding="utf-8") == (LOCALE / "console.pot").read_text(encoding="utf-8"), "run: make texts"


def test_length_of_time_is_not_broken_between_its_number_and_unit() -> None:
    told = [pages.duration(seconds) for seconds in (None, 11.4, 250, 7500)]

    assert told == ["\N{EN DASH}", "11\xa0s", "4\xa0min\xa010\xa0s", "2\xa0h\xa05\xa0min"]


def test_every_text_of_a_page_can_be_translated(tmp_path: Path) -> None:
    with (LOCALE / "console.pot").open("rb") as file:
        texts = read_po(file)
    german = Catalog(locale="de")
    for message in texts:
        if message.id:
            german.add(message.id, message.id if isinstance(message.id, tuple) else f"«{message.id}»")
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "console.mo").open("wb") as file:
        write_mo(file, german)
    program = (
        "import gettext; from pathlib import Path; real = gettext.translation\n"
        f"gettext.translation = lambda name, _where, **more: real(name, {str(tmp_path)!r}, **more)\n"
        "from pimctl.console import pages, texts\n"
        "print(texts.LANGUAGE, pages.TEMPLATES.get_template('message.html').render("
        "session=None, path='/', notice='', title='T', message='M', again='/', is_form=False))\n"
        "parts = pages.TEMPLATES.get_template('store_parts.html').module\n"
        "print(parts.component_label('product_tags'), parts.component_label('product_attribute_terms'))"
    )
    environment = {"LANGUAGE": "de", "PYTHONPATH": str(CHECKOUT), "PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, env=environment, text=True)
    assert done.stdout.startswith('de <!doctype html>\n<html lang="de">')
    assert "«Go to the channels»" in done.stdout
    assert done.stdout.endswith("\n«Tags» «Attribute terms»\n")
