-- The market database. Writer alone writes it; everybody else reads through Query.
--
-- Conventions: instants are UTC; a bar is named by the start of its interval, a bar of one day or longer by 00:00 UTC of its
-- (first) session date. Prices are raw (unadjusted) double precision, so that what the vendor said comes back digit for digit.
-- There are no foreign keys on bars and its satellites: Writer resolves every id inside the same code path, ids are never
-- deleted, and a check per row would cost more than the insert.

-- Similarity search over names, aliases and symbols with typing errors. A trusted extension: the database's owner may create it.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- What interval_id means. Market's Interval is the source; this copy is for people with psql.
CREATE TABLE market.intervals (
    id   smallint PRIMARY KEY,
    code text NOT NULL UNIQUE
);
INSERT INTO market.intervals (id, code) VALUES
    (1, '1min'), (2, '5min'), (3, '15min'), (4, '30min'), (5, '1h'), (10, '1d'), (11, '1wk'), (12, '1mo');

-- Every symbol that was ever seen, with what is known about the instrument (null until an instrument message came).
CREATE TABLE market.symbols (
    id                    integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Collation C: symbols are ASCII, comparison is by byte, and the unique index also serves LIKE 'AAP%'.
    symbol                text COLLATE "C" NOT NULL UNIQUE,
    name                  text,
    exchange              text,
    currency              text,
    sector                text,
    aliases               text[] NOT NULL DEFAULT '{}',
    -- Lower case: symbol, name and aliases, separated by a space. Kept by Writer.
    search                text NOT NULL,
    -- The fetch that the instrument's fields come from; a later one replaces them. Null while nothing is known.
    instrument_fetched_at timestamptz,
    instrument_source_id  smallint,
    first_seen_at         timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- Search by any part of a name and with typing errors: search % 'mircosoft', search LIKE '%bank%'. Symbols change rarely, so
-- that the slow update of a GIN index does not matter.
CREATE INDEX symbols_search ON market.symbols USING gin (search gin_trgm_ops);

-- The names under which data came in: a provider, or an import's source.
CREATE TABLE market.sources (
    id   smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE
);

-- One row per bar: what is believed now. Wide columns first, so that no byte is lost to alignment (96 bytes a row).
CREATE TABLE market.bars (
    start       timestamptz      NOT NULL,
    open        double precision NOT NULL,
    high        double precision NOT NULL,
    low         double precision NOT NULL,
    close       double precision NOT NULL,
    volume      bigint           NOT NULL,
    -- The latest fetch that said these values. It orders answers about the same bar: the later fetch wins, however late it arrives.
    fetched_at  timestamptz      NOT NULL,
    -- When these values were recorded, by the database's clock. With bar_revisions it answers what was known at an instant:
    -- recorded_at <= instant.
    recorded_at timestamptz      NOT NULL,
    symbol_id   integer          NOT NULL,
    interval_id smallint         NOT NULL,
    source_id   smallint         NOT NULL,
    -- The only index: every read is a series (symbol, interval) over a range of starts, and a series' rows come out in order.
    -- The latest bar is found through series.last_start, so nothing is indexed by time across symbols.
    CONSTRAINT bars_pkey PRIMARY KEY (symbol_id, interval_id, start)
) PARTITION BY RANGE (start);
-- Partitions are calendar years in UTC, bars_2013 and so on, made by Writer when the first bar of a year arrives. A year's
-- index stays small enough to be cached while it is filled, and an old year can be moved or dropped as a whole.

-- Makes the partition of a year unless it is there. Safe among any number of sessions (transaction-level advisory lock); made
-- apart and then attached, since that takes a lock on bars that neither readers nor writers wait for.
CREATE FUNCTION market.create_bars_partition(year integer) RETURNS void LANGUAGE plpgsql AS $function$
DECLARE
    partition_name text := format('bars_%s', year);
BEGIN
    IF year NOT BETWEEN 1970 AND 2100 THEN
        RAISE EXCEPTION 'no bars are kept for the year %', year USING ERRCODE = 'datetime_field_overflow';
    END IF;
    PERFORM pg_advisory_xact_lock(5271002, year);
    IF to_regclass('market.' || partition_name) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE market.%I (LIKE market.bars INCLUDING ALL)', partition_name);
    EXECUTE format(
        'ALTER TABLE market.bars ATTACH PARTITION market.%I FOR VALUES FROM (%L) TO (%L)',
        partition_name, format('%s-01-01 00:00:00+00', year), format('%s-01-01 00:00:00+00', year + 1));
END
$function$;

-- What a bar said before its values changed. Known at an instant: recorded_at <= instant < superseded_at.
CREATE TABLE market.bar_revisions (
    start         timestamptz      NOT NULL,
    open          double precision NOT NULL,
    high          double precision NOT NULL,
    low           double precision NOT NULL,
    close         double precision NOT NULL,
    volume        bigint           NOT NULL,
    fetched_at    timestamptz      NOT NULL,
    recorded_at   timestamptz      NOT NULL,
    superseded_at timestamptz      NOT NULL,
    symbol_id     integer          NOT NULL,
    interval_id   smallint         NOT NULL,
    source_id     smallint         NOT NULL,
    -- A series over a range of starts, as bars; superseded_at tells the revisions of one bar apart.
    CONSTRAINT bar_revisions_pkey PRIMARY KEY (symbol_id, interval_id, start, superseded_at)
);

-- What there is of a series, kept in the transaction that writes its bars. Also how Writer knows without looking that a
-- range is empty, and how Query finds the latest bar (last_start, then the primary key of bars).
CREATE TABLE market.series (
    first_start timestamptz NOT NULL,
    last_start  timestamptz NOT NULL,
    bars        bigint      NOT NULL,
    -- When a bar of the series was last added or revised.
    changed_at  timestamptz NOT NULL,
    symbol_id   integer     NOT NULL,
    interval_id smallint    NOT NULL,
    CONSTRAINT series_pkey PRIMARY KEY (symbol_id, interval_id)
) WITH (fillfactor = 50);
-- fillfactor: a row is rewritten with each message of its series; with room on the page that never touches the index.

-- Bars that broke a rule, with the values as they came. The same wrong bar from the same source is one row, however often it
-- is fetched, imported or redelivered; quarantine_lines says which lines of which imports ended here.
CREATE TABLE market.quarantine (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    symbol_id       integer     NOT NULL,
    interval_id     smallint    NOT NULL,
    start           timestamptz NOT NULL,
    rule            text        NOT NULL,
    detail          text        NOT NULL,
    -- {"open":..,"high":..,"low":..,"close":..,"volume":..}: number, text that stood where a number belongs, or null.
    bar             jsonb       NOT NULL,
    source_id       smallint    NOT NULL,
    -- The fetch that brought it first.
    request_id      text        NOT NULL,
    fetched_at      timestamptz NOT NULL,
    recorded_at     timestamptz NOT NULL,
    -- The latest fetch that brought it again.
    last_fetched_at timestamptz NOT NULL
);
-- The natural key, and the listing by symbol, interval and time. The values by their digest: they may be longer than an index entry.
CREATE UNIQUE INDEX quarantine_natural_key ON market.quarantine (symbol_id, interval_id, start, rule, source_id, md5(bar::text));
-- The listing by rule, newest first (id) with the cursor in the index. The listing of everything goes by the primary key.
CREATE INDEX quarantine_rule ON market.quarantine (rule, id);

CREATE TABLE market.quarantine_lines (
    import_id     text    NOT NULL,
    line          integer NOT NULL,
    quarantine_id bigint  NOT NULL,
    -- The listing by import, in the order of its lines. A bar made of one line may break one rule only.
    CONSTRAINT quarantine_lines_pkey PRIMARY KEY (import_id, line, quarantine_id)
);
-- From a quarantined bar to the imports that said it.
CREATE INDEX quarantine_lines_quarantine ON market.quarantine_lines (quarantine_id);

-- What was noticed about data that was stored all the same. Natural key as in quarantine.
CREATE TABLE market.findings (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    symbol_id   integer     NOT NULL,
    interval_id smallint    NOT NULL,
    -- The bar that it is about; null: the whole message.
    start       timestamptz,
    rule        text        NOT NULL,
    detail      text        NOT NULL,
    source_id   smallint    NOT NULL,
    request_id  text        NOT NULL,
    fetched_at  timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX findings_natural_key
    ON market.findings (symbol_id, interval_id, rule, source_id, md5(detail), coalesce(start, '-infinity'::timestamptz));
-- The listing by rule, newest first.
CREATE INDEX findings_rule ON market.findings (rule, id);

-- Splits (value: new shares per old share) and dividends (value: amount per share, unadjusted).
CREATE TABLE market.corporate_actions (
    symbol_id   integer          NOT NULL,
    kind        text             NOT NULL CHECK (kind IN ('split', 'dividend')),
    ex_date     date             NOT NULL,
    value       double precision NOT NULL,
    source_id   smallint         NOT NULL,
    fetched_at  timestamptz      NOT NULL,
    recorded_at timestamptz      NOT NULL,
    -- Reads take all actions of a symbol in order of the ex-date.
    CONSTRAINT corporate_actions_pkey PRIMARY KEY (symbol_id, ex_date, kind)
);

CREATE TABLE market.corporate_action_revisions (
    symbol_id     integer          NOT NULL,
    kind          text             NOT NULL,
    ex_date       date             NOT NULL,
    value         double precision NOT NULL,
    source_id     smallint         NOT NULL,
    fetched_at    timestamptz      NOT NULL,
    recorded_at   timestamptz      NOT NULL,
    superseded_at timestamptz      NOT NULL,
    CONSTRAINT corporate_action_revisions_pkey PRIMARY KEY (symbol_id, ex_date, kind, superseded_at)
);

-- One row per import. Its messages may arrive in any order, so every column but the id may still be null.
-- running: accepted_at is set; completed: import_batches has `batches` rows for it; failed: failed_at is set.
-- Sums are taken from import_batches on demand: a running total here would make all writers of an import wait for each other.
CREATE TABLE market.imports (
    id           text PRIMARY KEY,
    source       text,
    interval     text,
    file_name    text,
    bytes        bigint,
    accepted_at  timestamptz,
    -- From ImportRead: the whole file has been read.
    batches      integer,
    rows         bigint,
    rejected     bigint,
    read_at      timestamptz,
    failed_at    timestamptz,
    failed_code  text,
    failed_reason text,
    recorded_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- The list of imports, newest first.
CREATE INDEX imports_recorded ON market.imports (recorded_at DESC, id);

-- What became of each batch of an import, written with its bars. The first time wins: a redelivery finds everything unchanged.
-- received = inserted + revised + unchanged + quarantined + repeated.
CREATE TABLE market.import_batches (
    import_id   text        NOT NULL,
    number      integer     NOT NULL,
    received    integer     NOT NULL,
    inserted    integer     NOT NULL,
    revised     integer     NOT NULL,
    unchanged   integer     NOT NULL,
    quarantined integer     NOT NULL,
    repeated    integer     NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT import_batches_pkey PRIMARY KEY (import_id, number)
);

-- Lines from which no bar could be made.
CREATE TABLE market.import_rejections (
    import_id text    NOT NULL,
    line      integer NOT NULL,
    code      text    NOT NULL,
    reason    text    NOT NULL,
    row       text    NOT NULL,
    -- Also the listing, in the order of the file.
    CONSTRAINT import_rejections_pkey PRIMARY KEY (import_id, line)
);

-- Messages that could not be processed, from every service.
CREATE TABLE market.dead_letters (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The topic that it was published to.
    topic       text        NOT NULL,
    -- The CloudEvent's id; a digest of the body when it has none. With the topic it tells redeliveries apart.
    event_id    text        NOT NULL,
    -- The envelope as it came, cut at 1 MiB (truncated); only a whole one can be replayed. Empty and truncated between the refusal
    -- by Writer, which tells the reason, and the arrival of the letter.
    body        bytea       NOT NULL,
    truncated   boolean     NOT NULL,
    -- Why, where it is known: only the service that refused it knows, and only Writer tells.
    reason      text,
    received_at timestamptz NOT NULL,
    replayed_at timestamptz,
    replays     integer     NOT NULL DEFAULT 0,
    CONSTRAINT dead_letters_event UNIQUE (topic, event_id)
);
-- The ones that still wait for somebody: few, whatever the age of the table.
CREATE INDEX dead_letters_waiting ON market.dead_letters (id) WHERE replayed_at IS NULL;

-- Channels (LISTEN): `stored`, payload '<symbol>|<interval id>|<from>|<to>' in seconds since 1970, once per series and range that
-- a transaction changed (bars added or revised; never for unchanged ones); `corporate_actions` and `instruments`, payload
-- '<symbol>'. They are sent by the transaction itself, so that whoever is notified sees the change.
