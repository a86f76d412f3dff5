"""A spool gives back what was put in, and its memory does not grow."""

import tracemalloc

from busan_safety.loading.rules import Removed, _Check
from busan_safety.loading.spool import Spool


def test_rows_come_back_in_order_as_often_as_wanted():
    spool = Spool()
    rows = [[1, "부산", None], [2, "깨진 \udcff 글자", "두\n줄"]]
    for row in rows:
        spool.append(row)
    assert list(spool) == rows
    spool.append([3])
    assert list(spool) == [*rows, [3]]
    assert len(spool) == 3


def test_many_refusals_go_to_disk():
    reason = "no code is known for 부산진군" + "x" * 1000
    tracemalloc.start()
    spool = Spool()
    for number in range(5000):
        spool.append([number, "unmapped_code", reason, "x", None])
    total = sum(1 for _ in spool)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert total == 5000
    assert most < 4 * 1024**2


def test_removed_rows_come_back_by_line_with_their_reason():
    removed = Removed()
    removed.add(
        [_Check("", "a", "reason a", "x"), _Check("", "b", "reason b", None)], [(9, 1), (3, 0)]
    )
    removed.add([_Check("", "duplicate", "again", "x")], [(5, 0)])
    assert [(one.line, one.code) for one in removed.refusals()] == [
        (3, "a"),
        (5, "duplicate"),
        (9, "b"),
    ]
