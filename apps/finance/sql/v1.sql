-- Budgets in the database, version 1. Frozen like apps/ledger/sql/v1.sql.

-- A draft becomes adopted, and an adopted version is never changed or removed.
CREATE FUNCTION finance_guard_budget_v1() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state <> 'draft'
       OR (NEW.id, NEW.year, NEW.version) IS DISTINCT FROM (OLD.id, OLD.year, OLD.version) THEN
        RAISE EXCEPTION USING ERRCODE = 'SK008', MESSAGE = 'an adopted budget is never changed',
            DETAIL = json_build_object('table', TG_TABLE_NAME);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER draft_only BEFORE UPDATE OR DELETE ON finance_budget
    FOR EACH ROW EXECUTE FUNCTION finance_guard_budget_v1();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON finance_budget
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- Lines are those of a draft, which is kept as it is until the transaction ends.
CREATE FUNCTION finance_guard_line_v1() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    of bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.budget_id ELSE NEW.budget_id END;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.budget_id <> OLD.budget_id
       OR (SELECT state FROM finance_budget WHERE id = of FOR SHARE) IS DISTINCT FROM 'draft' THEN
        RAISE EXCEPTION USING ERRCODE = 'SK008', MESSAGE = 'lines change in a draft alone',
            DETAIL = json_build_object('table', TG_TABLE_NAME);
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER draft_only BEFORE INSERT OR UPDATE OR DELETE ON finance_budgetline
    FOR EACH ROW EXECUTE FUNCTION finance_guard_line_v1();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON finance_budgetline
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
