"""Disclosure control: what protection and attack cost."""
