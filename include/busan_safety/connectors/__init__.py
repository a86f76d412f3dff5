"""Connectors: one module per kind of sender, and readers for what they send.

In: a source, a connection and a period. Out: a delivery's bytes on disk, and its rows as a
stream of records. Promises: memory does not grow with the delivery; a delivery that is refused
says why in one sentence (`DeliveryRefused`), a sender that fails says whether a retry may help
(`SourceFailure`); no key ever stands in a message.
"""

from busan_safety.connectors.errors import DeliveryRefused, SourceFailure

__all__ = ["DeliveryRefused", "SourceFailure"]
