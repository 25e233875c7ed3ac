-- Loans in the database, version 1. Frozen like apps/ledger/sql/v1.sql.

-- One row for each loan and day on which it earned, and few besides; see loans.models.Accrual. As
-- for deposits, the key leads with the date: a day's rows are written one after another.
CREATE TABLE loans_accrual (
    booking_date date NOT NULL,
    loan_id bigint NOT NULL,
    number smallint NOT NULL,
    kind varchar(10) NOT NULL CHECK (kind IN ('day', 'rounding', 'correction')),
    basis_minor bigint NOT NULL,
    units numeric(34, 0) NOT NULL CHECK (units <> 0),
    PRIMARY KEY (booking_date, loan_id, number),
    CONSTRAINT loans_accrual_day_is_first CHECK ((kind = 'day') = (number = 0))
) PARTITION BY RANGE (booking_date);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON loans_accrual
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON loans_accrual
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- 160308000000000 units are one minor unit of interest: apps.loans.rules.UNITS.
CREATE TABLE loans_accrualtotal (
    product_id bigint NOT NULL,
    branch_id bigint NOT NULL,
    currency varchar(3) NOT NULL,
    booking_date date NOT NULL,
    account_id bigint NOT NULL,
    accrued_units numeric(40, 0) NOT NULL,
    posted_minor bigint NOT NULL,
    PRIMARY KEY (product_id, branch_id, currency, booking_date),
    CONSTRAINT loans_accrualtotal_rounds
        CHECK (posted_minor = div(2 * accrued_units + 160308000000000, 320616000000000))
);
CREATE INDEX loans_accrualtotal_date ON loans_accrualtotal (booking_date);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON loans_accrualtotal
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON loans_accrualtotal
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- Terms, plans and payments are added and never changed; applications, contracts and what fell due
-- are never removed.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON loans_terms
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON loans_terms
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON loans_plan
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON loans_plan
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON loans_instalment
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON loans_instalment
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON loans_payment
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON loans_payment
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON loans_allocation
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON loans_allocation
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON loans_standing
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON loans_standing
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_delete BEFORE DELETE ON loans_application
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON loans_application
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_delete BEFORE DELETE ON loans_loan
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON loans_loan
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_delete BEFORE DELETE ON loans_charge
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON loans_charge
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- What falls due is never changed but by being paid.
CREATE FUNCTION loans_guard_charge() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF (NEW.id, NEW.loan_id, NEW.kind, NEW.due_on, NEW.amount_minor, NEW.run_id)
       IS DISTINCT FROM (OLD.id, OLD.loan_id, OLD.kind, OLD.due_on, OLD.amount_minor, OLD.run_id)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SK008', MESSAGE = 'a charge is paid, never changed',
            DETAIL = json_build_object('table', TG_TABLE_NAME);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER paid_alone BEFORE UPDATE ON loans_charge
    FOR EACH ROW EXECUTE FUNCTION loans_guard_charge();

-- The application may read balance rows and not lock them. Who is about to take what is there must
-- see that nobody else does meanwhile: in the order of accounts, as posting locks them.
CREATE FUNCTION loans_lock_balances_v1(p_accounts bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM ledger_balance WHERE account_id = ANY (p_accounts)
      ORDER BY account_id FOR UPDATE;
END $$;

-- Partitions as in ledger_make_partitions_v1: made beside the table and attached, so that the
-- parent is never locked against accruals.
CREATE FUNCTION loans_make_partitions_v1(p_from date, p_to date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month date := date_trunc('month', p_from)::date;
    until date;
    part text;
    made integer := 0;
BEGIN
    IF p_to < p_from OR p_to > p_from + 400 THEN
        RAISE EXCEPTION USING ERRCODE = 'SK010', MESSAGE = 'partitions for 1 to 400 days at once';
    END IF;
    PERFORM pg_advisory_xact_lock(7100, 3);
    WHILE month <= p_to LOOP
        until := (month + interval '1 month')::date;
        part := 'loans_accrual_' || to_char(month, 'YYYY_MM');
        IF to_regclass(part) IS NULL THEN
            EXECUTE format('CREATE TABLE %I (LIKE loans_accrual INCLUDING DEFAULTS '
                'INCLUDING CONSTRAINTS INCLUDING STORAGE)', part);
            EXECUTE format('ALTER TABLE %I ADD CONSTRAINT bounds '
                'CHECK (booking_date >= %L AND booking_date < %L)', part, month, until);
            EXECUTE format('ALTER TABLE loans_accrual ATTACH PARTITION %I '
                'FOR VALUES FROM (%L) TO (%L)', part, month, until);
            EXECUTE format('ALTER TABLE %I DROP CONSTRAINT bounds', part);
            EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I '
                'FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()', part);
            made := made + 1;
        END IF;
        month := until;
    END LOOP;
    RETURN made;
END $$;
