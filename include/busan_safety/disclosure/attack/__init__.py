"""The adversary: what can be computed from everything that is or was published."""
