"""Write a CP949 file of synthetic 112 calls with a given number of rows, a few of them bad."""

from __future__ import annotations

import datetime as dt
import random
import sys
from pathlib import Path

HEADER = (
    "RECV_NO,RECV_DM,ARRV_DM,RECV_DEPT_NM,EMRG_CL,EVT_CL_CD,END_CD,RPTER_SEX,"
    "HPPN_DONG_CD,HPPN_X,HPPN_Y,SME_EVT_YN\n"
)
STATIONS = ["부산진경찰서", "해운대경찰서", "남부경찰서", "동래경찰서", "중부경찰서"]
CLASSES = [104, 107, 201, 211, 301, 302, 305, 401, 501]


def write_calls(path: Path, rows: int, *, seed: int = 1, bad_per_100k: int = 80) -> None:
    """Write `rows` rows; about `bad_per_100k` in 100,000 are bad in one of four ways."""
    draw = random.Random(seed)
    start = dt.datetime.fromisoformat("2024-03-01")
    with path.open("w", encoding="cp949", newline="") as file:
        file.write(HEADER)
        for number in range(rows):
            at = start + dt.timedelta(seconds=number % 2_500_000)
            arrived = at + dt.timedelta(seconds=draw.randrange(60, 1500))
            klass: object = draw.choice(CLASSES)
            longitude: object = round(129 + draw.random() / 10, 7)
            priority = draw.choice(("C0", "C1", "C2", "C3", "C4"))
            key = f"2024030{number % 9}-{number:09d}"
            tail = ""
            if draw.randrange(100_000) < bad_per_100k:
                flaw = draw.randrange(4)
                if flaw == 0:
                    klass = "백사"
                elif flaw == 1:
                    tail = ",남는칸"
                elif flaw == 2:
                    priority = "C9"
                else:
                    longitude = "동경"
            file.write(
                f"{key},{at},{arrived},{draw.choice(STATIONS)},{priority},{klass},301,"
                f"{draw.randrange(1, 4)},26{draw.choice((110, 230, 350))}51000,{longitude},"
                f"{35 + draw.random() / 10:.7f},N{tail}\n"
            )


if __name__ == "__main__":
    write_calls(Path(sys.argv[1]), int(sys.argv[2]))
