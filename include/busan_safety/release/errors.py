"""Why a release is not made although the gate is open."""

from __future__ import annotations


class ReleaseError(RuntimeError):
    """A release could not be made although the gate is open; nothing was announced."""


class FilesRefused(ReleaseError):
    """The files of a release say something that is hidden; nothing of it was published.

    The message names dataset, file, column and keys, never what the cells hold.
    """
