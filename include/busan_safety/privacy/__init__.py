"""Personal data recognised by its shape, so that none of it leaves.

In: text of any cell about to be published. Out: which kinds of personal identifier it looks
like, and counts of such cells; never the identifier itself. Promises: no input or output, no
state, nothing kept. Dropping and generalising at the source are declared in the registry.
"""

from busan_safety.privacy.detectors import KINDS, Kind, count_leaks, kinds_in

__all__ = ["KINDS", "Kind", "count_leaks", "kinds_in"]
