-- The kernel in the database, version 1. Frozen like apps/ledger/sql/v1.sql.

-- Ukrainian alphabetical order as a sort key: the 33 letters become code points in their order,
-- after Latin; case and apostrophes do not count. PostgreSQL without ICU sorts by code point, which
-- would put Є, І and Ї before А and Ґ after Я.
CREATE FUNCTION kernel_uk_key(given text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT translate(lower(given COLLATE "pg_c_utf8"),
        'абвгґдеєжзиіїйклмнопрстуфхцчшщьюя''’ʼ`',
        U&'\E001\E002\E003\E004\E005\E006\E007\E008\E009\E00A\E00B\E00C\E00D\E00E\E00F\E010'
        '\E011\E012\E013\E014\E015\E016\E017\E018\E019\E01A\E01B\E01C\E01D\E01E\E01F\E020\E021'
    ) COLLATE "C"
$$;

-- A booking date only moves forward: open, closing, closed. It is the only date after the newest,
-- it never vanishes, and whoever moves it waits for every posting into it that is under way.
CREATE FUNCTION kernel_guard_date() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    newest date;
BEGIN
    IF TG_OP = 'DELETE' OR TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION USING ERRCODE = 'SK008', MESSAGE = 'a booking date never vanishes',
            DETAIL = json_build_object('table', TG_TABLE_NAME);
    ELSIF TG_OP = 'INSERT' THEN
        SELECT max(date) INTO newest FROM kernel_bookingdate;
        IF NEW.status <> 'open' OR NEW.date <> newest + 1 THEN
            RAISE EXCEPTION USING ERRCODE = 'SK001', MESSAGE = 'dates open one after another',
                DETAIL = json_build_object('date', NEW.date);
        END IF;
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock(7000, OLD.date - DATE '2000-01-01');
    IF NEW.date <> OLD.date
       OR (OLD.status, NEW.status) NOT IN (('open', 'closing'), ('closing', 'closed')) THEN
        RAISE EXCEPTION USING ERRCODE = 'SK001', MESSAGE = 'a date only moves forward',
            DETAIL = json_build_object('date', OLD.date);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER forward_only BEFORE INSERT OR UPDATE OR DELETE ON kernel_bookingdate
    FOR EACH ROW EXECUTE FUNCTION kernel_guard_date();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON kernel_bookingdate
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_guard_date();
