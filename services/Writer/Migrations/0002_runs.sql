-- Runs: executions of schedules, backfills and ends of day, as Collector's workflows announce them.
--
-- Their messages may arrive in any order and more than once, so every column but the key may still be null, and a statement
-- that writes one says which of two messages counts. Rows of a run are found by its id alone; there are no foreign keys, since a
-- step may arrive before the start of its run.

CREATE TABLE market.runs (
    id          text PRIMARY KEY,
    kind        text,
    title       text,
    -- What it was asked to do, as its kind has it.
    parameters  jsonb,
    due_at      timestamptz,
    started_at  timestamptz,
    -- How many parts there are to do; null until that is known, or where there are none.
    parts       integer,
    -- running or paused, as somebody last said; null: running.
    state       text,
    state_at    timestamptz,
    ended_at    timestamptz,
    -- completed, failed or cancelled.
    outcome     text,
    detail      text,
    summary     jsonb,
    -- The end was not said by the run; its own word replaces it.
    observed    boolean NOT NULL DEFAULT false,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- The list of runs, newest first, of all kinds and of one.
CREATE INDEX runs_recorded ON market.runs (recorded_at DESC, id DESC);
CREATE INDEX runs_kind ON market.runs (kind, recorded_at DESC, id DESC);
-- The ones under way: few, whatever the age of the table.
CREATE INDEX runs_open ON market.runs (recorded_at DESC, id DESC) WHERE ended_at IS NULL;

CREATE TABLE market.run_steps (
    run_id     text        NOT NULL,
    step       text        NOT NULL,
    number     integer     NOT NULL,
    name       text        NOT NULL,
    started_at timestamptz NOT NULL,
    said_at    timestamptz NOT NULL,
    ended_at   timestamptz,
    -- completed, incomplete or failed.
    outcome    text,
    detail     text,
    part       boolean     NOT NULL,
    -- [{"symbol":"AAPL","outcome":"stored","bars":250}], with detail where something went wrong.
    symbols    jsonb,
    CONSTRAINT run_steps_pkey PRIMARY KEY (run_id, step)
);
-- The steps of a run in their order, page by page.
CREATE INDEX run_steps_number ON market.run_steps (run_id, number, step);

-- Requests to providers: what a run cost.
CREATE TABLE market.run_requests (
    run_id       text        NOT NULL,
    request_id   text        NOT NULL,
    step         text        NOT NULL,
    provider     text        NOT NULL,
    requested_at timestamptz NOT NULL,
    credits      integer     NOT NULL,
    error        text,
    CONSTRAINT run_requests_pkey PRIMARY KEY (run_id, request_id)
);
-- What became of the bars of a run is in import_batches, whose import_id is then the run's id.
