-- The close in the database, version 1. Frozen like apps/ledger/sql/v1.sql.

-- Composite keys, which the models cannot express: no chunk without its step, no step without its
-- close, and no close of a date that the bank never had.
ALTER TABLE eod_closerun ADD CONSTRAINT eod_closerun_of_date
    FOREIGN KEY (date) REFERENCES kernel_bookingdate (date);
ALTER TABLE eod_steprun ADD CONSTRAINT eod_steprun_of_close
    FOREIGN KEY (date) REFERENCES eod_closerun (date);
ALTER TABLE eod_chunk ADD CONSTRAINT eod_chunk_of_step
    FOREIGN KEY (date, step) REFERENCES eod_steprun (date, step);
ALTER TABLE eod_exception ADD CONSTRAINT eod_exception_of_step
    FOREIGN KEY (date, step) REFERENCES eod_steprun (date, step);
ALTER TABLE eod_proof ADD CONSTRAINT eod_proof_of_close
    FOREIGN KEY (date) REFERENCES eod_closerun (date);
