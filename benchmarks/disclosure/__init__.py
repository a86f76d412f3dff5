"""Disclosure control: what protection costs."""
