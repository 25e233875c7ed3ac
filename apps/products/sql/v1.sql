-- Products in the database, version 1. Frozen like apps/ledger/sql/v1.sql.

-- What was in force on a date stays so: rows are added and never changed.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON products_version
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON products_version
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON products_taxrate
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON products_taxrate
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- Keep a date open until this transaction ends, as every posting does: what is decided for the
-- date then comes before its close. SK001 makes the door try again with the date that is open now.
CREATE FUNCTION products_hold_date_v1(p_date date) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7000, p_date - DATE '2000-01-01');
    IF NOT EXISTS (SELECT FROM kernel_bookingdate WHERE date = p_date AND status = 'open') THEN
        RAISE EXCEPTION USING ERRCODE = 'SK001', MESSAGE = 'the date is no longer open',
            DETAIL = json_build_object('date', p_date);
    END IF;
END $$;
