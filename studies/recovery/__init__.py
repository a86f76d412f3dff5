"""Does the evaluation find what was planted? Seeded sandbox cities through the plans' estimators.

    python -m studies.recovery --cities 200 --processes 2

draws the cities, estimates with the designs that `busan-safety evaluate` uses, and writes
`docs/reference/recovery.md` with its picture.
"""
