"""Ground floor: connections, roles and the embedded server.

In: settings. Out: connections by role, and a running PostgreSQL 18 with the schemas of
`schema.sql`. Promises: nothing above this floor opens a connection of its own.
"""

from busan_safety.warehouse.connection import Role, WarehouseUnavailable, connect, url

__all__ = ["Role", "WarehouseUnavailable", "connect", "url"]
