"""The yardstick itself: what counts as right when real pages are read."""

from __future__ import annotations

import json
from datetime import UTC, timedelta, timezone
from pathlib import Path

import pytest

from tests.truth import articles, corpora, measure
from tests.truth.articles import Found, right
from tests.truth.corpora import Page

TEST = """
describe('x', () => {
  it('reads', async () => {
    url = 'http://port.example/2026/05/02/ships';
    const html = fs.readFileSync('./fixtures/port.example.html');
    // assert.equal(author, 'Nobody');
    assert.equal(title, 'It\\'s the "ship" ' + 'that sank');
    assert.equal(author, null);
    assert.equal(
      date_published,
      '2026-05-02T10:00:00.000Z'
    );
  });
});
"""


def page(**truth: object) -> Page:
    return Page("trafilatura", "a.html", "https://port.example/a", Path(), **truth)  # type: ignore[arg-type]


def test_postlights_tests_are_read_as_truth(tmp_path: Path) -> None:
    test = tmp_path / "postlight/src/extractors/custom/port.example/index.test.js"
    test.parent.mkdir(parents=True)
    test.write_text(TEST)
    fixture = tmp_path / "postlight/fixtures/port.example.html"
    fixture.parent.mkdir()
    fixture.write_text('<meta name="og:title" value="Ship"><input value="x">')
    (read,) = corpora.load(tmp_path)["postlight"]
    assert (read.title, read.authors) == ('It\'s the "ship" that sank', ())
    assert (read.url, read.date) == (
        "http://port.example/2026/05/02/ships",
        "2026-05-02T10:00:00.000Z",
    )
    assert read.body() == b'<meta name="og:title" content="Ship"><input value="x">'


def test_trafilaturas_annotations_are_read_where_their_page_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "trafilatura" / "tests"
    (folder / "eval").mkdir(parents=True)
    (folder / "eval" / "a.html").write_text('<meta name="generator" content="WordPress 6.1">')
    told = {"file": "a.html", "title": "Ships ", "author": ["Ann Lee", "Bo Day"]}
    annotations = {"https://a.example/": told, "https://b.example/": {"file": "missing.html"}}
    (folder / "evaldata.json").write_text(json.dumps(annotations))
    (read,) = corpora.load(tmp_path)["trafilatura"]
    assert (read.title, read.authors) == ("Ships", ("Ann Lee", "Bo Day"))
    assert corpora.is_wordpress(read)


def test_about_half_of_the_pages_are_held_out_and_always_the_same() -> None:
    pages = [Page("x", f"{n}.html", "", Path()) for n in range(400)]
    assert 160 < sum(p.held_out for p in pages) < 240


@pytest.mark.parametrize(
    ("truth", "found", "match"),
    [
        ({"title": "Ships – “stop”"}, Found(title='ships - "STOP"'), True),
        ({"title": "Ships stop"}, Found(title="Ships stop | Port"), False),
        ({"title": "Ships stop"}, Found(), False),
        ({"authors": ("Von ANN LEE und Bo Day",)}, Found(authors=("Bo Day", "Ann Lee")), True),
        ({"authors": ("Ann Lee, Staff Writer",)}, Found(authors=("Ann Lee",)), True),
        ({"authors": ("By Ann Lee   March 25, 2015",)}, Found(authors=("Ann Lee",)), True),
        ({"authors": ("Ann Lee",)}, Found(authors=("Ann Lee", "Bo Day")), False),
        ({"authors": ("Port Staff",)}, Found(), False),
        ({"date": "2026-05-02"}, Found(days=frozenset({"2026-05-02"})), True),
        ({"date": "2026-05-02T23:30:00-04:00"}, Found(days=frozenset({"2026-05-03"})), True),
        ({"date": "2026-05-02"}, Found(days=frozenset({"2026-05-03"})), False),
        ({"excerpt": "No crane has moved since Monday morning. It"}, Found(excerpt="No"), False),
        (
            {"excerpt": "No crane has moved since Monday morning. It…"},
            Found(excerpt="No crane has moved since Monday morning."),
            True,
        ),
    ],
)
def test_the_same_matching_judges_every_tool(
    truth: dict[str, object], found: Found, match: bool
) -> None:
    assert list(right(page(**truth), found).values()) == [match]


def test_a_page_names_the_clock_that_its_dates_are_told_by() -> None:
    told = b'"2026-05-02T10:00:00+02:00" "2026-05-02T10:00:00+02:00" "2026-05-02T10:00+00:00"'
    assert articles.clock(told) == timezone(timedelta(hours=2))
    assert articles.clock(b"no date") is UTC


def test_without_a_folder_nothing_is_measured_and_that_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BOT_TEST_CORPORA", raising=False)
    assert measure.main([]) == 0
    assert "NOTHING WAS MEASURED" in capsys.readouterr().out


def test_every_part_can_be_measured() -> None:
    assert "articles" in measure.parts()
    assert not {"corpora", "measure"} & set(measure.parts())


def test_utc_is_no_clock_of_a_page() -> None:
    machines, people = b'"2026-05-02T10:00:00+00:00" ' * 2, b'"2026-05-02T10:00:00-04:00"'
    assert articles.clock(machines + people) == timezone(timedelta(hours=-4))
