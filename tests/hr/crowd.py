"""Many employees at once, by SQL: so that a payroll of thousands is tried in seconds."""

from typing import Any

from apps.control.run import Run
from apps.kernel import sql
from tests.accounts import days
from tests.cash import desk
from tests.hr.office import HIRED, Office

_CROWD = """
    WITH person AS (
        INSERT INTO customers_customer (number, kind, branch_id, last_name, first_name, patronymic,
               birth_date, no_tax_number_reason, phone, external_id, registered_on)
        SELECT 'C' || n, 'person', %(branch)s, 'Коваль' || n, 'Іван', '', DATE '1990-01-01',
               'немає', '', '', %(date)s FROM generate_series(1, %(count)s::int) AS n
        RETURNING id, number),
    account AS MATERIALIZED (
        SELECT person.id AS customer,
               ledger_open_account_v2(%(run)s, 'D' || person.number, person.number, '2620',
                                      %(branch)s, 'UAH', 0, 'customer:' || person.id,
                                      %(date)s) AS id
          FROM person),
    deposit AS (
        INSERT INTO accounts_deposit (number, customer_id, product_id, branch_id, currency,
               account_id, opened_on)
        SELECT 'D' || customer, customer, p.id, %(branch)s, 'UAH', a.id, %(date)s
          FROM account a JOIN products_product p ON p.code = %(product)s
        RETURNING id, customer_id),
    employee AS (
        INSERT INTO hr_employee (number, customer_id, deposit_id, contract, contract_number,
               hired_on, leaving_reason)
        SELECT 'X' || customer_id, customer_id, id, 'permanent', '1', %(hired)s, '' FROM deposit
        RETURNING id),
    status AS (
        INSERT INTO hr_personalstatus (employee_id, valid_from, benefit, children, disabled,
               insured_since, run_id)
        SELECT id, %(hired)s, 'basic', 0, false, %(hired)s, gen_random_uuid() FROM employee)
    INSERT INTO hr_terms (employee_id, valid_from, position_id, post_percent, salary_minor,
           main_job, run_id)
    SELECT id, %(hired)s, CASE id %% 2 WHEN 0 THEN %(position)s ELSE %(other)s END, 100,
           2000000 + id %% 977 * 1000, true, gen_random_uuid() FROM employee"""


def hire_many(office: Office, count: int) -> None:
    """So many people hired into both units, each with an account, a salary and a status."""
    params = {
        "count": count,
        "branch": office.bank.branch,
        "date": office.bank.date,
        "hired": HIRED,
        "product": desk.product(office.bank),
        "position": office.position,
        "other": office.other_position,
    }

    def fill(run: Run) -> dict[str, Any]:
        sql.rows(_CROWD, params | {"run": run.id})
        return {"hired": count}

    days.in_a_run(office.bank, office.bank.date, fill)
