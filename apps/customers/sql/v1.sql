-- Customers in the database, version 1. Frozen like apps/ledger/sql/v1.sql.

-- The public number of a customer, apart from the id.
CREATE SEQUENCE customers_number_seq;

-- A customer is closed or blocked, never forgotten by a DELETE: entries and mandates refer to them.
CREATE TRIGGER no_delete BEFORE DELETE ON customers_customer
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON customers_customer
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
