-- The cash desk in the database, version 1. Frozen like apps/ledger/sql/v1.sql.

-- A session begins on the date that is open, and holds it open while it begins, as a posting does:
-- whoever moves the date then sees the session. SK001 makes the door try again.
CREATE FUNCTION cash_guard_session_start() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7000, NEW.booking_date - DATE '2000-01-01');
    IF NEW.status <> 'open' OR NOT EXISTS (SELECT FROM kernel_bookingdate
                                            WHERE date = NEW.booking_date AND status = 'open') THEN
        RAISE EXCEPTION USING ERRCODE = 'SK001', MESSAGE = 'a session begins on the open date',
            DETAIL = json_build_object('date', NEW.booking_date);
    END IF;
    IF NOT EXISTS (SELECT FROM cash_till WHERE id = NEW.till_id AND kind = 'counter') THEN
        RAISE EXCEPTION USING ERRCODE = 'SK010', MESSAGE = 'sessions are of counters';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER starts_open BEFORE INSERT ON cash_session
    FOR EACH ROW EXECUTE FUNCTION cash_guard_session_start();

-- All that ever changes of a session is that it is closed, once.
CREATE FUNCTION cash_guard_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'open' OR NEW.status <> 'closed'
       OR (NEW.id, NEW.till_id, NEW.teller_id, NEW.booking_date, NEW.opened_run_id)
          IS DISTINCT FROM (OLD.id, OLD.till_id, OLD.teller_id, OLD.booking_date, OLD.opened_run_id)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SK008', MESSAGE = 'a session is closed once and stays so',
            DETAIL = json_build_object('table', TG_TABLE_NAME);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER closes_once BEFORE UPDATE ON cash_session
    FOR EACH ROW EXECUTE FUNCTION cash_guard_session();
CREATE TRIGGER no_delete BEFORE DELETE ON cash_session
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON cash_session
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- A count is a document.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON cash_count
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON cash_count
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
