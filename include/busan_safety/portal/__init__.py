"""The public site: one static page over the releases, Korean first, English beside it.

In: the releases on disk and the gate's latest decisions. Out: `releases/index.html` with its
assets, and a small server for both. Promises: it shows only what is released, says of every
dataset whether newer data were refused and why, and marks synthetic data before anything else.
The page needs no network but its own folder, and no script but for the change of language.
"""

from busan_safety.portal.build import build_portal
from busan_safety.portal.server import make_server, serve

__all__ = ["build_portal", "make_server", "serve"]
