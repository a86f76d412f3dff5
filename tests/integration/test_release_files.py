"""Files that say what a row hides: refused by name, and the public tree stays as it was."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from release_support import DATASETS, decide_open, everything, publish_all, publish_outcomes

from busan_safety.cli import release_verbs
from busan_safety.release import ReleaseReport, folders, publish_passed, verify
from busan_safety.release import package as release_package
from busan_safety.settings import get_settings
from expectations.mutations import EFFECTS, INDICATORS, LAB

pytest_plugins = ["release_support"]

_HIDDEN = "value_status = 'suppressed' and denominator is not null"
_ROW = f"update {INDICATORS} set lower_95 = 3.25 where {_HIDDEN}"
_DENOMINATOR = f"update {INDICATORS} set population_basis = null where {_HIDDEN}"
_SENTENCE = f"""
    update {EFFECTS} set
        value_status = 'suppressed', verdict = 'refused', estimate = null, lower_95 = null,
        upper_95 = null, p_value = null, p_adjusted = null, mde = null, treated_before = null,
        treated_after = null, control_before = null, control_after = null, overdispersion = null,
        points = null, emmie = '{{}}', sentence_ko = '정비 뒤 41곳에서 세 건이 있었습니다.'
    where effect_id = 'safe_routes.night_calls'
"""


def refusal(dataset: str, **options: bool) -> ReleaseReport:
    decide_open()
    (report,) = [one for one in publish_passed(**options) if one.dataset == dataset]
    assert (report.outcome, report.error, report.version) == ("refused", "FilesRefused", None)
    return report


@pytest.mark.parametrize(
    ("damage", "dataset", "column", "key", "secret"),
    [
        (_ROW, "safety_indicators", "lower_95", "26110", "3.25"),
        (_DENOMINATOR, "safety_indicators", "denominator", "26110", "40000"),
        (_SENTENCE, "policy_effects", "sentence_ko", "safe_routes.night_calls", "세 건"),
    ],
    ids=["number", "denominator", "sentence"],
)
def test_a_hidden_row_that_still_speaks_is_refused_by_name(
    damage: str,
    dataset: str,
    column: str,
    key: str,
    secret: str,
    published: Path,
    warehouse: psycopg.Connection,
) -> None:
    before = everything(published)
    warehouse.execute(damage)

    tried = refusal(dataset, dry_run=True)
    assert everything(published) == before
    report = refusal(dataset)

    assert report.message == tried.message
    assert f"table {dataset}.csv, column {column}:" in report.message
    assert key in report.message
    assert secret not in report.message
    assert f"disclosure/tables/{dataset}.py" in report.message
    assert everything(published) == before
    assert verify() == []


def test_no_dataset_lets_a_hidden_number_out(
    published: Path, warehouse: psycopg.Connection
) -> None:
    before = everything(published)
    for dataset in DATASETS:
        table = f"published_candidate.pub_{dataset}_v1"
        warehouse.execute(
            f"update {table} set value_status = 'suppressed' where ctid = ("
            f"select ctid from {table} where value_status = 'observed' order by ctid limit 1)"
        )
    decide_open()

    reports = publish_passed(dry_run=True) + publish_passed()

    assert [(one.dataset, one.error) for one in reports] == [
        (dataset, "FilesRefused") for dataset in DATASETS * 2
    ]
    assert everything(published) == before


def test_a_person_is_not_asked_about_files_that_tell(
    releases: Path, warehouse: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUSAN_GATE_APPROVAL", "person")
    get_settings.cache_clear()
    warehouse.execute(_ROW)
    decide_open()

    outcomes = publish_outcomes(dry_run=True)
    monkeypatch.undo()
    get_settings.cache_clear()

    assert outcomes.pop("safety_indicators") == "refused"
    assert set(outcomes.values()) == {"waiting"}


def test_an_output_has_its_own_status(published: Path, warehouse: psycopg.Connection) -> None:
    warehouse.execute(
        "update published_candidate.pub_programmes_budget_v1 set output_count = 2"
        " where output_status = 'suppressed'"
    )

    report = refusal("programmes_budget")

    assert "column output_count: hidden rows hold a number" in report.message
    assert "planned_won" not in report.message


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda table: table.slice(1), "table living_lab: the files do not say the same"),
        (
            lambda table: table.set_column(
                table.schema.get_field_index("citizen_vote_count"),
                "citizen_vote_count",
                pa.array([130, 261, None]),
            ),
            "table living_lab, column citizen_vote_count: the files do not say the same "
            "(1 rows; key: LL-2024-002)",
        ),
        (lambda table: table.drop_columns(["stage"]), "table living_lab, column stage"),
    ],
    ids=["row", "cell", "column"],
)
def test_csv_and_parquet_say_the_same(
    change,
    says: str,
    published: Path,
    warehouse: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = everything(published)
    warehouse.execute(f"update {LAB} set stage = '진행' where project_id = 'LL-2024-003'")
    written = release_package.parquet_bytes

    def otherwise(candidate, metadata) -> bytes:
        sink = pa.BufferOutputStream()
        content = written(candidate, metadata)
        pq.write_table(change(pq.read_table(pa.BufferReader(content))), sink)
        return sink.getvalue().to_pybytes()

    monkeypatch.setattr(release_package, "parquet_bytes", otherwise)

    report = refusal("living_lab")

    assert says in report.message
    assert "261" not in report.message
    assert everything(published) == before


def test_the_files_of_a_cut_off_release_are_looked_at_as_they_lie_there(
    published: Path, warehouse: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.execute(f"update {LAB} set stage = '진행' where project_id = 'LL-2024-003'")
    written = folders.write_beside

    def write_otherwise(target: Path, files: dict[str, bytes]) -> Path:
        table = files["living_lab.csv"].replace(b",130,", b",131,")
        sums = files["SHA256SUMS"].decode()
        old, new = (release_package.sha256(one) for one in (files["living_lab.csv"], table))
        files |= {"living_lab.csv": table, "SHA256SUMS": sums.replace(old, new).encode()}
        beside = written(target, files)
        folders.switch_in(beside, target)
        raise KeyboardInterrupt

    monkeypatch.setattr(folders, "write_beside", write_otherwise)
    with pytest.raises(KeyboardInterrupt):
        publish_all()
    monkeypatch.undo()

    assert "column citizen_vote_count" in refusal("living_lab").message


def test_the_verb_fails_with_the_name_of_the_error(
    published: Path, warehouse: psycopg.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    warehouse.execute(_ROW)
    decide_open()

    with pytest.raises(SystemExit) as ended:
        release_verbs.publish(dry_run=True)

    assert ended.value.code == 1
    assert "FilesRefused: safety_indicators: table safety_indicators.csv" in capsys.readouterr().err
