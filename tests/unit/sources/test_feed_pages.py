from pathlib import Path

from busan_safety.sources.feed_pages import write_pages

PAGES = Path(__file__).resolve().parents[3] / "docs" / "reference" / "feeds"


def test_the_pages_in_git_are_those_the_registry_makes(tmp_path):
    write_pages(tmp_path)
    made = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    kept = {path.name: path.read_text("utf-8") for path in PAGES.iterdir()}
    assert kept == made, "run: python -m busan_safety.sources.feed_pages docs/reference/feeds"


def test_a_page_of_a_feed_that_is_gone_is_removed(tmp_path):
    (tmp_path / "gone.md").write_text("old")
    write_pages(tmp_path)
    assert not (tmp_path / "gone.md").exists()
