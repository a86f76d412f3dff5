"""Busan safety data platform: from the agencies' bytes to gated open-data releases.

Each folder is one step of the way the data goes and imports only from the steps above it:
`warehouse`, `sources`, `connectors`, `landing`, `loading`, `privacy`, `transform`,
`evaluation`, `disclosure`, `gate`, `release`, `portal`, `launcher`; `cli` wires them.
"""

__version__ = "0.1.0"
