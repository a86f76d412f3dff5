"""Protection of linked tables of counts: which cells to hide so that no other cell tells them.

Primary cells (`primary`) are hidden with complements chosen by Gaussian elimination (`gauss`).
Pure: no database.
"""
