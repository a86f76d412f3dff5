"""Where a record stands in the file, found again from COPY's line numbers."""

from hypothesis import given
from hypothesis import strategies as st

from busan_safety.loading.direct import DirectStream, _nth_line
from busan_safety.loading.stream import Refusal
from busan_safety.sources import get_source

CALLS = get_source("police_112_calls")
HEADER = ",".join(column.headers[0] for column in CALLS.columns)
GOOD = "R{0},2024-03-05 01:02:03,,부산진,C1,305,301,1,2623051000,129.05,35.15,N"
KINDS = {
    "good": GOOD,
    "wide": GOOD + ",남는칸",
    "blank": "",
    "quoted": GOOD.replace("부산진", '"부산,진"'),
    "lines": GOOD.replace("부산진", '"부산\n진"'),
}


@given(st.lists(st.text("가a,", max_size=8), min_size=1), st.data())
def test_a_line_is_found_wherever_it_stands(lines, data):
    number = data.draw(st.integers(0, len(lines) - 1))
    block = "\n".join(lines).encode()
    count = data.draw(st.integers(1, 2 * len(lines)))
    assert _nth_line(block, number, count) == lines[number].encode()


@given(
    st.lists(st.sampled_from(list(KINDS)), min_size=1, max_size=60), st.sampled_from(["\n", "\r\n"])
)
def test_every_record_is_found_again_by_its_copy_line(tmp_path_factory, kinds, end):
    path = tmp_path_factory.mktemp("calls") / "112_calls_20240305.csv"
    rows = [KINDS[kind].format(at) for at, kind in enumerate(kinds)]
    rows.append(GOOD.format("last"))
    path.write_bytes((end.join([HEADER, *rows]) + end).encode("cp949"))

    stream = DirectStream(CALLS, path)
    sent = b"".join(chunk.payload for chunk in stream.chunks(7))

    copy_line, file_line, expected = 1, 2, []
    for kind, row in zip([*kinds, "good"], rows, strict=True):
        if kind not in ("wide", "blank"):
            expected.append((copy_line, file_line, row.split("\n")[0]))
            copy_line += 1 + row.count("\n")
        file_line += 1 + row.count("\n")
    assert sent.count(b"\n") == copy_line - 1
    assert stream.lines_of([at for at, _, _ in expected]) == [line for _, line, _ in expected]
    shown = stream.whole([Refusal(line, "x", "x", None) for _, line, _ in expected])
    assert [row.raw.split("\n")[0].rstrip("\r") for row in shown] == [
        text.rstrip("\r") for _, _, text in expected
    ]
    assert [row.code for row in stream.counts.refusals()] == ["wrong_field_count"] * kinds.count(
        "wide"
    )
