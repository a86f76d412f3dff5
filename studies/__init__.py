"""Studies of the platform's own methods: what is run by hand, with its results under `docs/`."""
