"""Tests of the sandbox: a package, so that its modules share their helpers."""
