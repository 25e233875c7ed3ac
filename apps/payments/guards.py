"""Proofs of payments: their documents and the nostro must agree."""

from apps.control.columns import Column, Form
from apps.control.declarations import INVARIANTS, Invariant
from apps.kernel.text import Text

INVARIANTS.add(
    "payments.documents_equal_nostro",
    Invariant(
        name="payments.documents_equal_nostro",
        title=Text(
            uk="Кожен платіж має своє проведення на кореспондентському рахунку, і навпаки",
            en="Each payment has its leg on the correspondent account, and each leg its payment",
        ),
        columns=(
            Column(name=Text(uk="Операція", en="Operation"), of=Form.RUN),
            Column(name=Text(uk="За документом", en="By its document")),
            Column(
                name=Text(uk="На кореспондентському рахунку", en="On the correspondent account")
            ),
        ),
        # Of a payment's two legs, that on an account without an owner or limit is the nostro's.
        statement="""
            SELECT coalesce(said.run_id, booked.run_id)::text, said.amount, booked.amount
              FROM (SELECT run_id, currency,
                           CASE direction WHEN 'in' THEN amount_minor
                                          ELSE -amount_minor END AS amount
                      FROM payments_payment WHERE booking_date = %(date)s) said
              FULL JOIN (SELECT e.run_id, p.currency, sum(p.amount_minor) AS amount
                           FROM ledger_posting p
                           JOIN ledger_account a ON a.id = p.account_id AND NOT a.limited
                           JOIN ledger_glaccount g ON g.id = a.gl_account_id AND g.code = '1200'
                           JOIN ledger_entry e ON e.id = p.entry_id
                                AND e.kind IN ('payments.send', 'payments.receive')
                          WHERE p.booking_date = %(date)s
                          GROUP BY e.run_id, p.currency) booked
                ON (booked.run_id, booked.currency) = (said.run_id, said.currency)
             WHERE said.amount IS DISTINCT FROM booked.amount""",
    ),
)
