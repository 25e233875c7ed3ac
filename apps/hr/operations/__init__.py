"""Every write of staff and payroll, by what it is about.

What tells pay or personal status is a Secret: the journal shows dots, and nobody learns it but from
the tables, with the right to see it.
"""

from apps.hr.operations import absences, pay, payrolls, people, structure

__all__ = ["absences", "pay", "payrolls", "people", "structure"]
