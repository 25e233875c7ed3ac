-- The door in the database, version 1. Frozen like apps/ledger/sql/v1.sql.

-- Who wrote a line, in which transaction and when, is said by the database: the application's role
-- may not even name these columns.
ALTER TABLE control_operationrun
    ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    ALTER COLUMN at SET DEFAULT clock_timestamp();

CREATE FUNCTION control_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'SK008', MESSAGE = TG_TABLE_NAME || ' is append-only',
        DETAIL = json_build_object('table', TG_TABLE_NAME);
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON control_operationrun
    FOR EACH ROW EXECUTE FUNCTION control_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON control_operationrun
    FOR EACH STATEMENT EXECUTE FUNCTION control_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON control_operationkey
    FOR EACH ROW EXECUTE FUNCTION control_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON control_operationkey
    FOR EACH STATEMENT EXECUTE FUNCTION control_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON control_approvalvote
    FOR EACH ROW EXECUTE FUNCTION control_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON control_approvalvote
    FOR EACH STATEMENT EXECUTE FUNCTION control_refuse_change();

-- The vote's copy of the maker is the approval's maker, so that the CHECK that tells maker from
-- checker cannot be talked round.
ALTER TABLE control_approvalvote ADD CONSTRAINT control_vote_maker_is_true
    FOREIGN KEY (approval_id, maker_id) REFERENCES control_approval (id, maker_id);
