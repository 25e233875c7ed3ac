"""Every write of finance, by what it is about: entries by hand, budgets, months."""

from apps.finance.operations import budgets, entries, months

__all__ = ["budgets", "entries", "months"]
