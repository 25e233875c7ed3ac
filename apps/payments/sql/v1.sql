-- Payments in the database, version 1. Frozen like apps/ledger/sql/v1.sql.

-- A payment is a document: written once, with its run.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON payments_payment
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON payments_payment
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
