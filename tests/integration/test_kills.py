"""A loader killed at any step leaves the whole batch or none, and the next run completes it."""

import multiprocessing
import os
import shutil
import signal
import sys

import psycopg
import pytest
from own_feeds import NUMBER, TIME, column, feed

from busan_safety.landing import store
from busan_safety.loading import batch, deliver, ingest_file, rules
from busan_safety.settings import get_settings

__all__ = ["feed"]

ROWS = 600
BAD = 3


def die(*_args, **_kwargs):
    os.kill(os.getpid(), signal.SIGKILL)


def half_a_copy(path, folder):
    (folder / path.name).write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    die()


def after(module, name):
    """Die when the function has done its work."""
    work = getattr(module, name)

    def work_and_die(*args, **kwargs):
        work(*args, **kwargs)
        die()

    setattr(module, name, work_and_die)


def in_the_copy():
    work = psycopg.Copy.write

    def write(self, data):
        work(self, data)
        die()

    psycopg.Copy.write = write


def at_the_commit(*, before):
    work = psycopg.Connection.commit

    def commit(self):
        if before:
            die()
        work(self)
        die()

    psycopg.Connection.commit = commit


STEPS = {
    "landing half written": lambda: setattr(deliver, "copy_file", half_a_copy),
    "before the bytes have their name": lambda: setattr(store, "_sync", die),
    "after landing": lambda: setattr(deliver, "load_landed", die),
    "in COPY": in_the_copy,
    "after COPY": lambda: after(batch, "_copy"),
    "in the rules": lambda: setattr(rules, "_duplicates", die),
    "in the quarantine": lambda: after(batch, "write_rejected"),
    "after the accounts": lambda: after(batch, "close_batch"),
    "before the commit": lambda: at_the_commit(before=True),
    "after the commit": lambda: at_the_commit(before=False),
}


def killed_at(step, source_id, path):
    """Run a load in a process of its own that is killed at a step; give its exit code."""

    def load():
        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115
        STEPS[step]()
        ingest_file(source_id, path)

    child = multiprocessing.get_context("fork").Process(target=load)
    child.start()
    child.join(60)
    return child.exitcode


def counts(warehouse, source_id):
    return warehouse.execute(
        f"select (select count(*) from raw.{source_id}),"
        " (select count(*) from ops.batch where source_id = %(id)s),"
        " (select count(*) from ops.batch_slice where source_id = %(id)s),"
        " (select count(*) from quarantine.rejected_row r join ops.batch b using (batch_id)"
        " where b.source_id = %(id)s),"
        " (select count(*) from quarantine.row_finding f where not exists"
        " (select 1 from ops.batch b where b.batch_id = f.batch_id))",
        {"id": source_id},
    ).fetchone()


@pytest.fixture(params=["test_spooled", "test_direct"])
def source_id(request, feed):
    plain = [
        column("case_number", "번호", nullable=False),
        column("happened_at", "일시", "timestamptz", nullable=False),
    ]
    is_direct = request.param == "test_direct"
    source = feed(
        request.param,
        plain if is_direct else [NUMBER, TIME],
        contract={"columns": "freeze"},
        duplicates={"action": "quarantine", "columns": ["case_number"]},
        **(
            {"forms": [{"id": "f", "formats": ["csv"], "title": "t", "requires": "all"}]}
            if is_direct
            else {}
        ),
    )
    assert source.loads_directly == is_direct
    shutil.rmtree(get_settings().landing_dir / request.param, ignore_errors=True)
    return request.param


@pytest.fixture
def delivery(tmp_path):
    path = tmp_path / "a_202403.csv"
    rows = [f"A{at},2024-03-01 10:00:00" for at in range(ROWS)]
    rows[10:10] = ["B1,어제", "B2,어제", "A1,2024-03-01 10:00:00"]
    path.write_text("\n".join(["번호,일시", *rows]) + "\n", "utf-8")
    return path


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_load_leaves_all_or_nothing_and_the_next_one_completes_it(
    warehouse, source_id, delivery, step
):
    whole = (ROWS, 1, 1, BAD, 0)

    assert killed_at(step, source_id, delivery) == -signal.SIGKILL

    assert counts(warehouse, source_id) == (whole if step == "after the commit" else (0,) * 5)
    report = ingest_file(source_id, delivery)
    assert report.status == ("duplicate" if step == "after the commit" else "loaded")
    assert counts(warehouse, source_id) == whole
    landed = list((get_settings().landing_dir / source_id / "26").iterdir())
    assert [folder.name[0] == "." for folder in landed] == [False]


def test_another_process_at_work_keeps_its_half_written_delivery(tmp_path, deployment):
    from busan_safety.landing import land

    def fetch(folder):
        (folder / "a.csv").write_text("a", "utf-8")
        # Meanwhile another delivery of the same sender lands.
        land("test_landing", "26", "b.csv", lambda other: [write(other / "b.csv")])
        return [folder / "a.csv"]

    def write(path):
        path.write_text("b", "utf-8")
        return path

    assert land("test_landing", "26", "a.csv", fetch).files[0].read_text("utf-8") == "a"
