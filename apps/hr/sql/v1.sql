-- Staff and payroll in the database, version 1. Frozen like apps/ledger/sql/v1.sql.

-- The public number of an employee, apart from the id.
CREATE SEQUENCE hr_employee_number_seq;

-- No unit lies in itself, however many are between. Moves of units wait for each other, as two at
-- once could close a circle that neither sees.
CREATE FUNCTION hr_guard_unit_tree_v1() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7400, 1);
    IF EXISTS (
        WITH RECURSIVE above AS (
            SELECT NEW.parent_id AS id
             UNION
            SELECT u.parent_id FROM hr_unit u JOIN above USING (id))
        SELECT FROM above WHERE id = NEW.id) THEN
        RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'hr_unit_not_in_itself',
            MESSAGE = 'a unit may not lie in itself';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER tree AFTER INSERT OR UPDATE OF parent_id ON hr_unit
    FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION hr_guard_unit_tree_v1();

-- Versions, and what was computed, are added and never changed.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON hr_payrule
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON hr_payrule
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON hr_positionplan
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON hr_positionplan
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON hr_terms
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON hr_terms
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON hr_personalstatus
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON hr_personalstatus
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON hr_leaveadjustment
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON hr_leaveadjustment
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON hr_payslip
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON hr_payslip
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON hr_payslippart
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON hr_payslippart
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- Staff leave and are never forgotten by a DELETE; neither is what was decided about them.
CREATE TRIGGER no_delete BEFORE DELETE ON hr_employee
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON hr_employee
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_delete BEFORE DELETE ON hr_absence
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON hr_absence
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_delete BEFORE DELETE ON hr_payitem
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON hr_payitem
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_delete BEFORE DELETE ON hr_deductionorder
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON hr_deductionorder
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_delete BEFORE DELETE ON hr_payroll
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON hr_payroll
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
