-- Kept reports in the database, version 1. Frozen like apps/ledger/sql/v1.sql.

-- A kept report is a document: written once, with its run, and its digest is that of its bytes.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON reporting_keptreport
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON reporting_keptreport
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE reporting_keptreport
    ADD CONSTRAINT reporting_kept_digest CHECK (digest = encode(sha256(content), 'hex'));
