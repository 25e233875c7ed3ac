-- The book, version 3: months that are locked. No entry may have a value date in one, in whatever
-- date it is booked.
--
-- Two more SQLSTATEs: SK015 the month is locked, SK016 the month cannot be locked or opened.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_monthlock
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON ledger_monthlock
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
-- A lock is owed to the journal, as every change of the book is.
CREATE CONSTRAINT TRIGGER owed AFTER INSERT ON ledger_monthlock
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_require_line_v1();

-- A month is locked once each of its dates is closed, so that none of them takes postings. Whoever
-- locks waits for entries under way that look back into it.
CREATE FUNCTION ledger_guard_lock_v1() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    until date := (NEW.month + interval '1 month')::date;
BEGIN
    PERFORM pg_advisory_xact_lock(7002, NEW.month - DATE '2000-01-01');
    IF NEW.locked = coalesce((SELECT l.locked FROM ledger_monthlock l WHERE l.month = NEW.month
                               ORDER BY l.id DESC LIMIT 1), false)
       OR NEW.locked AND (
          NOT EXISTS (SELECT FROM kernel_bookingdate WHERE date = until - 1 AND status = 'closed')
          OR EXISTS (SELECT FROM kernel_bookingdate
                      WHERE date >= NEW.month AND date < until AND status <> 'closed')) THEN
        RAISE EXCEPTION USING ERRCODE = 'SK016', MESSAGE = 'the month cannot be locked or opened',
            DETAIL = json_build_object('month', to_char(NEW.month, 'YYYY-MM'));
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER dates_closed BEFORE INSERT ON ledger_monthlock
    FOR EACH ROW EXECUTE FUNCTION ledger_guard_lock_v1();

-- An entry of the date that it is booked into needs no look: a locked month has no open date.
CREATE FUNCTION ledger_refuse_locked_month_v1() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    of date := date_trunc('month', NEW.value_date::timestamp)::date;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7002, of - DATE '2000-01-01');
    IF (SELECT l.locked FROM ledger_monthlock l WHERE l.month = of ORDER BY l.id DESC LIMIT 1) THEN
        RAISE EXCEPTION USING ERRCODE = 'SK015', MESSAGE = 'the month is locked',
            DETAIL = json_build_object('month', to_char(of, 'YYYY-MM'));
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER month_open BEFORE INSERT ON ledger_entry FOR EACH ROW
    WHEN (NEW.value_date < NEW.booking_date) EXECUTE FUNCTION ledger_refuse_locked_month_v1();
