"""Connectors: one module per kind of sender, and readers for what they send.

In: a source, a connection and a period. Out: a delivery's bytes on disk, and its rows as a
stream of records. Promises: memory does not grow with the delivery; a delivery that is refused
says why in one sentence (`DeliveryRefused`), a sender that fails says what to do and when
(`SourceFailure`); no key ever stands in a message; no key asks more often than its sender
allows, however many tasks use it.

Fetching: `offers` asks a sender what it has (`senders` speaks to APIs, `http_folder` and `sftp`
to folders), `http` asks again by the codes of `policy`, `quota` counts. Reading: `tabular` tells
formats apart (`xlsx`, `geojson`, `archives`), `table` stacks sheets, `layout` finds header and
form, `records` makes the values.
"""

from busan_safety.connectors.errors import DeliveryRefused, SourceFailure

__all__ = ["DeliveryRefused", "SourceFailure"]
