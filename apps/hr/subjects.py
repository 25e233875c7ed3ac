"""What the proofs of pay are about; never how much anybody is paid."""

from apps.control.columns import Column, Subject
from apps.kernel.text import Text

EMPLOYEE = Subject("SELECT id, number, NULL, NULL FROM hr_employee")
PAYSLIP = Subject(
    """SELECT s.id, e.number || ', ' || p.through, NULL, NULL
         FROM hr_payslip s JOIN hr_payroll p ON p.id = s.payroll_id
         JOIN hr_employee e ON e.id = s.employee_id"""
)

OF_EMPLOYEE = Column(name=Text(uk="Працівник", en="Employee"), of=EMPLOYEE)
OF_PAYSLIP = Column(name=Text(uk="Розрахунковий листок", en="Payslip"), of=PAYSLIP)
