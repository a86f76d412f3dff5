"""What an effect's row may say, apart from the methods: readers of results load none of them."""

from typing import Literal

Verdict = Literal["decrease", "increase", "not_detectable", "descriptive", "refused"]
