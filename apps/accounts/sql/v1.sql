-- Deposits in the database, version 1. Frozen like apps/ledger/sql/v1.sql.

-- The running part of the numbers that the bank gives to its deposits.
CREATE SEQUENCE accounts_deposit_number_seq;

-- One row for each deposit and day on which it earned. The key leads with the date: a day's rows
-- are then written and indexed one after another, and no page of the days before is touched. It is
-- also what makes a day's interest accrue once, whatever runs twice. No foreign keys and no
-- row triggers on insert: the statement that writes a row has read the deposit and the version.
CREATE TABLE accounts_accrual (
    deposit_id bigint NOT NULL,
    booking_date date NOT NULL,
    version_id bigint NOT NULL,
    basis_minor bigint NOT NULL,
    amount_minor numeric(24, 10) NOT NULL CHECK (amount_minor <> 0),
    PRIMARY KEY (booking_date, deposit_id)
) PARTITION BY RANGE (booking_date);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON accounts_accrual
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON accounts_accrual
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- The key makes interest through a date be paid once, and finds a deposit's last payment. What
-- accrued and rounds to nothing has its row too: it is carried, and never sought again.
CREATE TABLE accounts_capitalisation (
    deposit_id bigint NOT NULL,
    accrued_through date NOT NULL,
    booking_date date NOT NULL,
    gross_minor bigint NOT NULL CHECK (gross_minor >= 0),
    pit_minor bigint NOT NULL CHECK (pit_minor >= 0),
    levy_minor bigint NOT NULL CHECK (levy_minor >= 0),
    net_minor bigint NOT NULL CHECK (net_minor >= 0),
    carried_minor numeric(12, 10) NOT NULL CHECK (abs(carried_minor) <= 0.5),
    run_id uuid NOT NULL,
    PRIMARY KEY (deposit_id, accrued_through),
    CONSTRAINT accounts_capitalisation_adds_up CHECK (gross_minor = pit_minor + levy_minor + net_minor)
);
CREATE INDEX accounts_capitalisation_date ON accounts_capitalisation USING brin (booking_date)
    WITH (pages_per_range = 32);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON accounts_capitalisation
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON accounts_capitalisation
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

CREATE TABLE accounts_accrualtotal (
    product_id bigint NOT NULL,
    branch_id bigint NOT NULL,
    currency varchar(3) NOT NULL,
    booking_date date NOT NULL,
    account_id bigint NOT NULL,
    accrued_minor numeric(34, 10) NOT NULL,
    posted_minor bigint NOT NULL,
    PRIMARY KEY (product_id, branch_id, currency, booking_date),
    CONSTRAINT accounts_accrualtotal_rounds CHECK (posted_minor = round(accrued_minor))
);
CREATE INDEX accounts_accrualtotal_date ON accounts_accrualtotal (booking_date);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON accounts_accrualtotal
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON accounts_accrualtotal
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- A deposit is closed, never removed.
CREATE TRIGGER no_delete BEFORE DELETE ON accounts_deposit
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON accounts_deposit
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- Partitions as in ledger_make_partitions_v1: made beside the table and attached, so that the
-- parent is never locked against accruals.
CREATE FUNCTION accounts_make_partitions_v1(p_from date, p_to date) RETURNS integer
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
    PERFORM pg_advisory_xact_lock(7100, 2);
    WHILE month <= p_to LOOP
        until := (month + interval '1 month')::date;
        part := 'accounts_accrual_' || to_char(month, 'YYYY_MM');
        IF to_regclass(part) IS NULL THEN
            EXECUTE format('CREATE TABLE %I (LIKE accounts_accrual INCLUDING DEFAULTS '
                'INCLUDING CONSTRAINTS INCLUDING STORAGE)', part);
            EXECUTE format('ALTER TABLE %I ADD CONSTRAINT bounds '
                'CHECK (booking_date >= %L AND booking_date < %L)', part, month, until);
            EXECUTE format('ALTER TABLE accounts_accrual ATTACH PARTITION %I '
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
