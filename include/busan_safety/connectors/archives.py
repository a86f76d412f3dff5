"""Archives that are opened with care: names that are paths, bombs and nesting are refused.

Limits are checked while unpacking as well as in the directory, because a directory can lie.
"""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from busan_safety.connectors.encoding import BLOCK
from busan_safety.connectors.errors import DeliveryRefused
from busan_safety.connectors.folder_names import is_safe_name

# A sheet of 60,000 camera rows unpacks to about 40 MB; a bomb to gigabytes.
MAX_UNPACKED_BYTES = 1024**3
MAX_UNPACKED_RATIO = 250
# Below this a high ratio is a table of blanks, not a bomb.
_HARMLESS_BYTES = 64 * 1024**2
_MAX_MEMBERS = 10_000
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_READABLE = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".geojson", ".json")
_NESTED = (".zip", ".gz", ".7z", ".rar", ".tar", ".bz2", ".xz", ".tgz", ".alz", ".egg")
# What packing programs and people put beside the data.
_BESIDE = ("__macosx/", "readme", "thumbs.db", ".ds_store")
_ENCRYPTED = 0x1
_LINK_MODE, _MODE_MASK = 0o120000, 0o170000
# zipfile raises these for members whose bytes were damaged.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open an archive after judging its directory. Raises DeliveryRefused for a hostile one."""
    try:
        archive = zipfile.ZipFile(path)
    except BROKEN as error:
        raise _broken(path.name, error) from error
    try:
        _refuse_hostile(archive, path.name)
    except BaseException:
        archive.close()
        raise
    return archive


def read_member(archive: zipfile.ZipFile, member: str, name: str, most: int) -> Iterator[bytes]:
    """Yield a member's bytes in blocks. Raises DeliveryRefused beyond `most` bytes or the ratio."""
    try:
        info = archive.getinfo(member)
        enough = max(_HARMLESS_BYTES, info.compress_size * MAX_UNPACKED_RATIO)
        size = 0
        with archive.open(info) as file:
            while block := file.read(BLOCK):
                size += len(block)
                if size > most or size > enough:
                    raise _too_large(name, size, info.compress_size)
                yield block
    except (*BROKEN, KeyError, RuntimeError) as error:
        raise _broken(name, error) from error


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Whether the archive is an Office Open XML file."""
    return "[Content_Types].xml" in archive.namelist()


class UnpackedFile:
    """The one readable file of an archive, in a temporary folder that goes with this object."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        """Unpack it. Raises DeliveryRefused when there is none, or more than one."""
        info = _only_readable(archive, name)
        self._folder = tempfile.TemporaryDirectory(prefix="busan-unpacked-")
        # Our own name: theirs was judged, but is not needed.
        self.path = Path(self._folder.name) / f"unpacked{Path(_shown(info)).suffix.lower()}"
        with self.path.open("wb") as file:
            for block in read_member(archive, info.filename, name, MAX_UNPACKED_BYTES):
                file.write(block)

    def close(self) -> None:
        """Remove the folder now."""
        self._folder.cleanup()


def _only_readable(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    members = [info for info in archive.infolist() if not info.is_dir()]
    names = {info.filename: _shown(info) for info in members}
    if nested := [shown for shown in names.values() if shown.lower().endswith(_NESTED)]:
        raise DeliveryRefused(
            "nested_archive",
            f"{name} holds another archive ({nested[0][:80]!r}); unpack it and send the file.",
        )
    readable = [
        info
        for info in members
        if names[info.filename].lower().endswith(_READABLE)
        and not names[info.filename].rpartition("/")[2].lower().startswith((*_BESIDE, "._"))
        and not names[info.filename].lower().startswith(_BESIDE)
    ]
    if len(readable) != 1:
        found = ", ".join(repr(names[info.filename][:60]) for info in readable[:4])
        raise DeliveryRefused(
            "not_one_file",
            f"{name} holds {len(readable)} files that could be read"
            + (f" ({found})" if found else "")
            + "; send one CSV, XLSX or GeoJSON file.",
        )
    return readable[0]


def _refuse_hostile(archive: zipfile.ZipFile, name: str) -> None:
    members = archive.infolist()
    if len(members) > _MAX_MEMBERS:
        raise DeliveryRefused(
            "archive_too_large", f"{name} holds {len(members):,} files; it was not opened."
        )
    for info in members:
        parts = _shown(info).removesuffix("/").split("/")
        is_link = (info.external_attr >> 16) & _MODE_MASK == _LINK_MODE
        if is_link or not all(is_safe_name(part) for part in parts):
            raise DeliveryRefused(
                "hostile_archive",
                f"{name} holds a name that is a path or a link ({_shown(info)[:80]!r}); it was "
                "not opened. Ask the sender where the file comes from.",
            )
        if info.flag_bits & _ENCRYPTED:
            raise DeliveryRefused(
                "encrypted", f"{name} is protected by a password; send it without one."
            )
        if info.compress_type not in _METHODS:
            raise DeliveryRefused(
                "broken_archive", f"{name} is packed in a way that is not read; pack it as ZIP."
            )
    unpacked = sum(info.file_size for info in members)
    packed = max(1, sum(info.compress_size for info in members))
    if unpacked > MAX_UNPACKED_BYTES or (
        unpacked > _HARMLESS_BYTES and unpacked / packed > MAX_UNPACKED_RATIO
    ):
        raise _too_large(name, unpacked, packed)


def _shown(info: zipfile.ZipInfo) -> str:
    """A member's name; old Korean programs write CP949 and do not say so."""
    if info.flag_bits & 0x800:
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode("cp949")
    except UnicodeError:
        return info.orig_filename


def _too_large(name: str, unpacked: int, packed: int) -> DeliveryRefused:
    return DeliveryRefused(
        "archive_too_large",
        f"{name} would unpack to {unpacked / 1024**2:,.0f} MB or more from "
        f"{packed / 1024**2:,.1f} MB; it was not read.",
    )


def _broken(name: str, error: Exception) -> DeliveryRefused:
    what = str(error).strip() or type(error).__name__
    return DeliveryRefused(
        "broken_archive",
        f"{name} is not a readable workbook or archive: {what[:200]}. Ask the sender to send it "
        "again.",
    )
