"""Landing: the exact bytes of every delivery, under their own hash, never changed or deleted.

In: files that a connector fetched, or a file that a person gives. Out: a folder
`<landing>/<source>/<scope>/<sha256>/` with the bytes and `manifest.json`. Promises: the folder
appears whole or not at all; the same bytes land once.
"""

from busan_safety.landing.store import Landed, hash_files, land, read_landed

__all__ = ["Landed", "hash_files", "land", "read_landed"]
