-- What the live stream tells: bars that are forming, and a short log of bars that were stored or corrected.
--
-- Every change has a position, from one sequence. Whoever takes positions holds one lock until the commit
-- (Writer's Locks.Stream), so positions become visible in their order: a reader that has seen one will never find a lower one later.
-- The log is for readers that follow or come back soon; what they have missed beyond it they read from bars.

CREATE SEQUENCE market.stream_position AS bigint;

-- One row.
CREATE TABLE market.stream_state (
    -- Of which database the positions are. A copy or a new database counts anew, and a reader that comes from another one must be told.
    epoch          text   NOT NULL,
    -- Events up to this position are deleted: a reader that has seen it has missed none of them.
    pruned_through bigint NOT NULL,
    CONSTRAINT stream_state_one_row CHECK (epoch <> '')
);
CREATE UNIQUE INDEX stream_state_single ON market.stream_state ((true));
INSERT INTO market.stream_state (epoch, pruned_through) VALUES (substr(md5(random()::text || clock_timestamp()::text), 1, 8), 0);

-- Bars that are not final: one that is forming for each series that is streamed, and those that have just ended and are not stored yet.
-- Deleted in the transaction that stores the final bar. Not logged, since it is said anew within a second, and empty after a crash.
CREATE UNLOGGED TABLE market.live_bars (
    position    bigint           NOT NULL,
    start       timestamptz      NOT NULL,
    open        double precision NOT NULL,
    high        double precision NOT NULL,
    low         double precision NOT NULL,
    close       double precision NOT NULL,
    volume      bigint           NOT NULL,
    -- When the values were so, by the clock of whoever forms the bar: the later one wins, whichever message comes first.
    updated_at  timestamptz      NOT NULL,
    recorded_at timestamptz      NOT NULL,
    symbol_id   integer          NOT NULL,
    interval_id smallint         NOT NULL,
    source_id   smallint         NOT NULL,
    -- Trades were missed between the bar's start and now.
    partial     boolean          NOT NULL,
    -- Its interval is over; what counts is the final bar that comes.
    ended       boolean          NOT NULL,
    CONSTRAINT live_bars_pkey PRIMARY KEY (symbol_id, interval_id, start)
) WITH (fillfactor = 40);
-- fillfactor and no index on position: an update stays on its page and touches no index. The table is small enough to be read as a whole.

-- Bars that were stored or corrected a short while ago, written in the transaction that did so. Deleted after an hour or so.
CREATE TABLE market.stream_events (
    position    bigint           NOT NULL PRIMARY KEY,
    start       timestamptz      NOT NULL,
    -- The last start, for kind 3; equal to start otherwise.
    last_start  timestamptz      NOT NULL,
    open        double precision,
    high        double precision,
    low         double precision,
    close       double precision,
    -- The values before, for kind 2.
    old_open    double precision,
    old_high    double precision,
    old_low     double precision,
    old_close   double precision,
    volume      bigint,
    old_volume  bigint,
    recorded_at timestamptz      NOT NULL,
    symbol_id   integer          NOT NULL,
    interval_id smallint         NOT NULL,
    source_id   smallint         NOT NULL,
    -- 1 a bar was stored, 2 a bar was corrected, 3 many bars of the range were stored or corrected at once: too many to tell each.
    kind        smallint         NOT NULL
);
