-- Ticks of months in the database, version 2. Frozen like apps/ledger/sql/v1.sql.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON finance_monthtick
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON finance_monthtick
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
