"""Ingesting an XLSX file of 60,000 rows against reading it with openpyxl and with calamine.

    python -m benchmarks.xlsx.run [--rows 60000] [--rounds 3]

The peers only read every cell of the sheet (openpyxl in read-only mode, calamine as a list); ours
is one `ingest_file`: landing, reading, normalising, typing, quarantine, rules and accounting.
Printed: the ratio pair by pair (ours / openpyxl; the limit is 1.0) and our peak memory.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

import openpyxl
from python_calamine import CalamineWorkbook

from benchmarks.api.sender import item
from benchmarks.workbench import seconds_of, workbench

LIMIT = 1.0
SOURCE = "district_cctv"
HEADERS = {
    "관리기관명": "institutionNm",
    "소재지도로명주소": "rdnmadr",
    "소재지지번주소": "lnmadr",
    "설치목적구분": "instlPurps",
    "카메라대수": "cameraCo",
    "카메라화소수": "cameraPixel",
    "촬영방면정보": "shootingDrc",
    "보관일수": "saveDe",
    "설치연월": "installationYm",
    "관리기관전화번호": "phoneNumber",
    "WGS84위도": "latitude",
    "WGS84경도": "longitude",
    "데이터기준일자": "referenceDate",
}


def main() -> int:
    """Run the benchmark; exit 1 when ingesting takes longer than openpyxl's reading alone."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    ratios = []
    with workbench() as bench:
        for number in range(arguments.rounds):
            path = bench.folder / f"cameras_{number}.xlsx"
            write_cameras(path, arguments.rows - number)
            slow = seconds_of(_read_with_openpyxl, path)
            fast = seconds_of(_read_with_calamine, path)
            ours = bench.ingest(SOURCE, path)
            ratios.append(ours.seconds / slow)
            print(
                f"round {number + 1}: openpyxl {slow:.1f} s, calamine {fast:.1f} s, ours "
                f"{ours.seconds:.1f} s, ratio {ratios[-1]:.2f}; {ours.loaded:,} rows loaded, "
                f"{ours.peak_mb:.0f} MB peak"
            )
    median = statistics.median(ratios)
    print(f"median ratio to openpyxl {median:.2f} (limit {LIMIT})")
    return int(median > LIMIT)


def write_cameras(path: Path, rows: int) -> None:
    """Write a sheet of synthetic camera sites under the standard headers."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("CCTV")
    sheet.append(list(HEADERS))
    for number in range(rows):
        fields = item(number)
        sheet.append([fields[name] for name in HEADERS.values()])
    book.save(path)


def _read_with_openpyxl(path: Path) -> None:
    book = openpyxl.load_workbook(path, read_only=True)
    for _ in book.worksheets[0].iter_rows(values_only=True):
        pass
    book.close()


def _read_with_calamine(path: Path) -> None:
    CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()


if __name__ == "__main__":
    sys.exit(main())
