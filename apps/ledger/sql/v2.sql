-- The book, version 2: what changes an account apart from postings is owed to a run as well, and
-- only operations that declare it post past a floor or a block. The functions of version 1 that let
-- both be done without are dropped: a hole is no behaviour that a version N-1 may keep.
--
-- One more SQLSTATE: SK014 the operation may not force entries.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_accountchange
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON ledger_accountchange
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- The body of an operation changes accounts before the door writes its line of the journal, which
-- knows the result. So the debt is called in at the commit: by then this very transaction must have
-- written the line. A look or a request that is parked is taken back, and its debts with it.
CREATE FUNCTION ledger_require_line_v1() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM control_operationrun
                    WHERE id = NEW.run_id AND xid = pg_current_xact_id()
                      AND outcome = 'done') THEN
        RAISE EXCEPTION USING ERRCODE = 'SK009', MESSAGE = 'no run of this transaction';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER owed AFTER INSERT ON ledger_accountchange
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_require_line_v1();

-- ------------------------------------------------------------------------------------------------
-- Posting. As in version 1, but for `forced`, where NULL and nothing mean no.

CREATE FUNCTION ledger_enter_v2(
    p_run uuid, p_date date, p_closing boolean, p_forced boolean[]
) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    state text;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7000, p_date - DATE '2000-01-01');
    SELECT status INTO state FROM kernel_bookingdate WHERE date = p_date;
    IF state IS DISTINCT FROM (CASE WHEN p_closing THEN 'closing' ELSE 'open' END) THEN
        RAISE EXCEPTION USING ERRCODE = 'SK001', MESSAGE = 'the date does not take postings',
            DETAIL = json_build_object('date', p_date);
    END IF;
    -- Every entry is owed to a run that this very transaction writes into the journal as done.
    IF NOT EXISTS (SELECT FROM control_operationrun
                    WHERE id = p_run AND xid = pg_current_xact_id() AND outcome = 'done'
                      AND booking_date = p_date) THEN
        RAISE EXCEPTION USING ERRCODE = 'SK009', MESSAGE = 'no run of this transaction';
    END IF;
    -- Below the floor and past a block goes only what is declared to do so; few entries are.
    IF true = ANY (p_forced)
       AND NOT EXISTS (SELECT FROM control_operationrun r
                         JOIN ledger_forcedoperation f ON f.name = r.operation
                        WHERE r.id = p_run) THEN
        RAISE EXCEPTION USING ERRCODE = 'SK014', MESSAGE = 'the operation may not force entries';
    END IF;
END $$;

CREATE FUNCTION ledger_post_few_v2(
    p_run uuid, p_date date, p_closing boolean,
    p_kinds text[], p_narratives text[], p_value_dates date[], p_reverses bigint[],
    p_forced boolean[],
    p_of integer[], p_accounts bigint[], p_amounts bigint[], p_currencies text[]
) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    entries bigint[];
    afters bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(p_accounts)]);
    leg record;
    account record;
    bal record;
BEGIN
    PERFORM ledger_enter_v2(p_run, p_date, p_closing, p_forced);
    IF cardinality(array_remove(p_reverses, NULL)) > 0 THEN
        PERFORM ledger_check_reversals_v1(p_reverses);
    END IF;
    FOR n IN 1 .. cardinality(p_kinds) LOOP
        entries[n] := nextval('ledger_entry_id_seq');
        IF NOT n = ANY (p_of) THEN
            RAISE EXCEPTION USING ERRCODE = 'SK010', MESSAGE = 'an entry has no legs';
        END IF;
    END LOOP;
    FOR leg IN
        SELECT n, p_of[n] AS of, p_accounts[n] AS account_id, p_amounts[n] AS amount
          FROM generate_subscripts(p_accounts, 1) AS n ORDER BY p_accounts[n], n
    LOOP
        SELECT a.limited, a.currency, a.closed_on IS NOT NULL AS closed, a.number INTO account
          FROM ledger_account a WHERE a.id = leg.account_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'SK002', MESSAGE = 'unknown account',
                DETAIL = json_build_object('account', leg.account_id);
        ELSIF account.currency <> p_currencies[leg.n] THEN
            RAISE EXCEPTION USING ERRCODE = 'SK006', MESSAGE = 'another currency',
                DETAIL = json_build_object('account', account.number,
                    'kept_in', account.currency, 'given', p_currencies[leg.n]);
        ELSIF account.closed THEN
            RAISE EXCEPTION USING ERRCODE = 'SK003', MESSAGE = 'closed account',
                DETAIL = json_build_object('account', account.number);
        END IF;
        CONTINUE WHEN NOT account.limited;
        UPDATE ledger_balance b SET balance_minor = b.balance_minor + leg.amount
         WHERE b.account_id = leg.account_id
        RETURNING b.balance_minor, b.side, b.closed, b.debits_blocked, b.credits_blocked,
                  b.side * b.balance_minor - b.held_minor AS available, b.floor_minor
             INTO bal;
        IF bal.closed THEN
            RAISE EXCEPTION USING ERRCODE = 'SK003', MESSAGE = 'closed account',
                DETAIL = json_build_object('account', account.number);
        ELSIF p_forced[leg.of] IS NOT TRUE AND (leg.amount > 0 AND bal.debits_blocked
                                                OR leg.amount < 0 AND bal.credits_blocked) THEN
            RAISE EXCEPTION USING ERRCODE = 'SK005', MESSAGE = 'blocked account',
                DETAIL = json_build_object('account', account.number);
        ELSIF leg.amount * bal.side < 0 AND bal.available < bal.floor_minor
              AND p_forced[leg.of] IS NOT TRUE THEN
            RAISE EXCEPTION USING ERRCODE = 'SK004', MESSAGE = 'below the floor',
                DETAIL = json_build_object('account', account.number,
                    'currency', account.currency, 'asked_minor', abs(leg.amount),
                    'available_minor', bal.available - bal.floor_minor + abs(leg.amount));
        END IF;
        afters[leg.n] := bal.balance_minor;
    END LOOP;
    INSERT INTO ledger_entry (id, run_id, kind, booking_date, value_date, narrative, reverses_id)
    OVERRIDING SYSTEM VALUE
    SELECT entries[n], p_run, p_kinds[n], p_date, coalesce(p_value_dates[n], p_date),
           p_narratives[n], p_reverses[n]
      FROM generate_subscripts(p_kinds, 1) AS n;
    INSERT INTO ledger_posting (entry_id, account_id, amount_minor, balance_after_minor,
                                booking_date, currency)
    SELECT entries[p_of[n]], p_accounts[n], p_amounts[n], afters[n], p_date, p_currencies[n]
      FROM generate_subscripts(p_accounts, 1) AS n ORDER BY n;
    RETURN entries;
END $$;

-- The same for a thousand or a hundred thousand legs, set by set. Each leg is judged in its order,
-- not only the net effect: an account may not pass below its floor between two legs of a batch.
CREATE FUNCTION ledger_post_many_v2(
    p_run uuid, p_date date, p_closing boolean,
    p_kinds text[], p_narratives text[], p_value_dates date[], p_reverses bigint[],
    p_forced boolean[],
    p_of integer[], p_accounts bigint[], p_amounts bigint[], p_currencies text[]
) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    entries bigint[];
    wrong record;
BEGIN
    PERFORM ledger_enter_v2(p_run, p_date, p_closing, p_forced);
    IF cardinality(array_remove(p_reverses, NULL)) > 0 THEN
        PERFORM ledger_check_reversals_v1(p_reverses);
    END IF;
    entries := ARRAY(SELECT nextval('ledger_entry_id_seq')
                       FROM generate_series(1, cardinality(p_kinds)));
    IF (SELECT count(DISTINCT of) FROM unnest(p_of) AS of) <> cardinality(p_kinds) THEN
        RAISE EXCEPTION USING ERRCODE = 'SK010', MESSAGE = 'an entry has no legs';
    END IF;
    PERFORM 1 FROM ledger_balance b
      JOIN (SELECT DISTINCT unnest(p_accounts) AS account_id) touched USING (account_id)
     ORDER BY b.account_id FOR UPDATE OF b;
    INSERT INTO ledger_entry (id, run_id, kind, booking_date, value_date, narrative, reverses_id)
    OVERRIDING SYSTEM VALUE
    SELECT e.id, p_run, e.kind, p_date, coalesce(e.value_date, p_date), e.narrative, e.reverses
      FROM unnest(entries, p_kinds, p_narratives, p_value_dates, p_reverses)
           AS e (id, kind, narrative, value_date, reverses);

    WITH leg AS MATERIALIZED (
        SELECT l.n, l.of, l.account_id, l.amount, l.currency, a.number, a.currency AS kept_in,
               a.id IS NULL AS unknown,
               a.closed_on IS NOT NULL OR coalesce(b.closed, false) AS closed,
               b.account_id IS NOT NULL AS limited, b.side, b.floor_minor, b.held_minor,
               l.amount > 0 AND b.debits_blocked OR l.amount < 0 AND b.credits_blocked AS blocked,
               b.balance_minor + sum(l.amount) OVER (PARTITION BY l.account_id ORDER BY l.n
                                                     ROWS UNBOUNDED PRECEDING) AS after
          FROM unnest(p_of, p_accounts, p_amounts, p_currencies)
               WITH ORDINALITY AS l (of, account_id, amount, currency, n)
          LEFT JOIN ledger_account a ON a.id = l.account_id
          LEFT JOIN ledger_balance b ON b.account_id = l.account_id
    ), bad AS (
        SELECT *, side * after - held_minor - floor_minor AS room FROM leg
         WHERE unknown OR closed OR kept_in <> currency
            OR p_forced[of] IS NOT TRUE AND (blocked OR limited AND amount * side < 0
                                             AND side * after - held_minor < floor_minor)
         ORDER BY account_id, n LIMIT 1
    ), posted AS (
        INSERT INTO ledger_posting (entry_id, account_id, amount_minor, balance_after_minor,
                                    booking_date, currency)
        SELECT entries[of], account_id, amount, after, p_date, currency FROM leg
         WHERE NOT EXISTS (SELECT FROM bad) ORDER BY n
    ), moved AS (
        UPDATE ledger_balance b SET balance_minor = b.balance_minor + net.amount
          FROM (SELECT account_id, sum(amount) AS amount FROM leg WHERE limited
                 GROUP BY account_id) net
         WHERE b.account_id = net.account_id
    )
    SELECT * INTO wrong FROM bad;
    IF NOT FOUND THEN
        RETURN entries;
    ELSIF wrong.unknown THEN
        RAISE EXCEPTION USING ERRCODE = 'SK002', MESSAGE = 'unknown account',
            DETAIL = json_build_object('account', wrong.account_id);
    ELSIF wrong.kept_in <> wrong.currency THEN
        RAISE EXCEPTION USING ERRCODE = 'SK006', MESSAGE = 'another currency',
            DETAIL = json_build_object('account', wrong.number, 'kept_in', wrong.kept_in,
                'given', wrong.currency);
    ELSIF wrong.closed THEN
        RAISE EXCEPTION USING ERRCODE = 'SK003', MESSAGE = 'closed account',
            DETAIL = json_build_object('account', wrong.number);
    ELSIF wrong.blocked THEN
        RAISE EXCEPTION USING ERRCODE = 'SK005', MESSAGE = 'blocked account',
            DETAIL = json_build_object('account', wrong.number);
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'SK004', MESSAGE = 'below the floor',
        DETAIL = json_build_object('account', wrong.number, 'currency', wrong.currency,
            'asked_minor', abs(wrong.amount), 'available_minor', wrong.room + abs(wrong.amount));
END $$;

-- ------------------------------------------------------------------------------------------------
-- Accounts, limits, holds: the other ways in which the narrow row changes, each owed to its run.

CREATE FUNCTION ledger_open_account_v2(
    p_run uuid, p_number text, p_name text, p_gl_code text, p_branch bigint, p_currency text,
    p_floor bigint, p_owner text, p_opened_on date
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    made bigint;
    gl bigint;
    account_side smallint;
BEGIN
    SELECT id, side INTO gl, account_side FROM ledger_glaccount WHERE code = p_gl_code;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SK013', MESSAGE = 'unknown GL account',
            DETAIL = json_build_object('code', p_gl_code);
    END IF;
    INSERT INTO ledger_account (number, name, gl_account_id, branch_id, currency, side, limited,
                                owner, opened_on)
    VALUES (p_number, p_name, gl, p_branch, p_currency, account_side, true, p_owner, p_opened_on)
    RETURNING id INTO made;
    INSERT INTO ledger_balance (account_id, balance_minor, held_minor, floor_minor, side,
                                debits_blocked, credits_blocked, closed)
    VALUES (made, 0, 0, p_floor, account_side, false, false, false);
    INSERT INTO ledger_accountchange (run_id, account_id, change)
    VALUES (p_run, made, 'opened');
    RETURN made;
END $$;

CREATE FUNCTION ledger_close_account_v2(p_run uuid, p_account bigint, p_date date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    bal ledger_balance;
    number text;
BEGIN
    SELECT a.number INTO number FROM ledger_account a WHERE a.id = p_account AND a.limited;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SK002', MESSAGE = 'unknown account',
            DETAIL = json_build_object('account', p_account);
    END IF;
    SELECT * INTO bal FROM ledger_balance WHERE account_id = p_account FOR UPDATE;
    IF bal.closed THEN
        RAISE EXCEPTION USING ERRCODE = 'SK003', MESSAGE = 'closed account',
            DETAIL = json_build_object('account', number);
    ELSIF bal.balance_minor <> 0 OR bal.held_minor <> 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'SK012', MESSAGE = 'the account is not empty',
            DETAIL = json_build_object('account', number);
    END IF;
    UPDATE ledger_balance SET closed = true WHERE account_id = p_account;
    UPDATE ledger_account SET closed_on = p_date WHERE id = p_account;
    INSERT INTO ledger_accountchange (run_id, account_id, change)
    VALUES (p_run, p_account, 'closed');
END $$;

CREATE FUNCTION ledger_limit_account_v2(
    p_run uuid, p_account bigint, p_floor bigint, p_debits_blocked boolean,
    p_credits_blocked boolean
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE ledger_balance
       SET floor_minor = p_floor, debits_blocked = p_debits_blocked,
           credits_blocked = p_credits_blocked
     WHERE account_id = p_account;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SK002', MESSAGE = 'unknown account',
            DETAIL = json_build_object('account', p_account);
    END IF;
    INSERT INTO ledger_accountchange (run_id, account_id, change)
    VALUES (p_run, p_account, 'limited');
END $$;

-- A hold may exceed what is there: a seizure does. What is held cannot be taken out.
CREATE FUNCTION ledger_hold_v2(
    p_run uuid, p_account bigint, p_amount bigint, p_reason text, p_date date, p_expires date
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    made bigint;
    was_closed boolean;
BEGIN
    UPDATE ledger_balance SET held_minor = held_minor + p_amount WHERE account_id = p_account
    RETURNING closed INTO was_closed;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SK002', MESSAGE = 'unknown account',
            DETAIL = json_build_object('account', p_account);
    ELSIF was_closed THEN
        RAISE EXCEPTION USING ERRCODE = 'SK003', MESSAGE = 'closed account',
            DETAIL = json_build_object('account', p_account);
    END IF;
    INSERT INTO ledger_hold (account_id, amount_minor, reason, placed_on, expires_on, run_id)
    VALUES (p_account, p_amount, p_reason, p_date, p_expires, p_run) RETURNING id INTO made;
    INSERT INTO ledger_accountchange (run_id, account_id, change)
    VALUES (p_run, p_account, 'held');
    RETURN made;
END $$;

CREATE FUNCTION ledger_release_v2(p_run uuid, p_hold bigint, p_date date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    released ledger_hold;
BEGIN
    UPDATE ledger_hold SET released_on = p_date, released_by_run_id = p_run
     WHERE id = p_hold AND released_on IS NULL RETURNING * INTO released;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    UPDATE ledger_balance SET held_minor = held_minor - released.amount_minor
     WHERE account_id = released.account_id;
    INSERT INTO ledger_accountchange (run_id, account_id, change)
    VALUES (p_run, released.account_id, 'released');
    RETURN released.amount_minor;
END $$;

DROP FUNCTION ledger_post_few_v1, ledger_post_many_v1, ledger_enter_v1, ledger_open_account_v1,
    ledger_close_account_v1, ledger_limit_account_v1, ledger_hold_v1, ledger_release_v1;
