-- Option chains: contracts, their quotes over time, and which snapshots there are.
--
-- A quote is known by its contract and the instant of the quote; a later fetch wins, as of bars. Prices are what the provider said, null where there
-- was no quote; volatility and Greeks are ours, computed by Processor when the quote came (docs/decisions/0017).

-- Every contract that was ever quoted.
CREATE TABLE market.option_contracts (
    strike        double precision NOT NULL,
    first_seen_at timestamptz      NOT NULL DEFAULT clock_timestamp(),
    id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The underlying.
    symbol_id     integer          NOT NULL,
    expiry        date             NOT NULL,
    is_call       boolean          NOT NULL,
    -- The OCC symbol without blanks. Unique for all underlyings; the index serves Writer, which looks each contract up, and the history by symbol.
    contract      text COLLATE "C" NOT NULL UNIQUE
);
-- A chain in its order, one expiry or one range of strikes of it, and the list of expiries.
CREATE INDEX option_contracts_chain ON market.option_contracts (symbol_id, expiry, strike);

-- One row per quote: what is believed now. Wide columns first; what is derived has the precision that it deserves.
CREATE TABLE market.option_quotes (
    -- Of when the quote is.
    quoted_at      timestamptz NOT NULL,
    bid            double precision,
    ask            double precision,
    last           double precision,
    last_trade_at  timestamptz,
    volume         bigint,
    open_interest  bigint,
    -- As the provider says it.
    vendor_volatility double precision,
    fetched_at     timestamptz NOT NULL,
    -- As of bars: with option_quote_revisions it answers what was known at an instant.
    recorded_at    timestamptz NOT NULL,
    -- Ours: of the middle of bid and ask; null when there is none, or no volatility explains it.
    volatility     real,
    delta          real,
    gamma          real,
    vega           real,
    theta          real,
    rho            real,
    symbol_id      integer     NOT NULL,
    contract_id    integer     NOT NULL,
    source_id      smallint    NOT NULL,
    -- A snapshot of a chain is one stretch of this index and nearly one of the table, to be read as a whole and written without jumping about.
    CONSTRAINT option_quotes_pkey PRIMARY KEY (symbol_id, quoted_at, contract_id)
) PARTITION BY RANGE (quoted_at);
-- The history of one contract.
CREATE INDEX option_quotes_contract ON market.option_quotes (contract_id, quoted_at);
-- Partitions are months in UTC, option_quotes_2026_11 and so on: chains are a hundred times the rows of bars, and what is too old goes by the month.

-- Makes the partition of a month unless it is there; as market.create_bars_partition.
CREATE FUNCTION market.create_option_partition(month date) RETURNS void LANGUAGE plpgsql AS $function$
DECLARE
    partition_name text := 'option_quotes_' || to_char(month, 'YYYY_MM');
    first_day date := date_trunc('month', month)::date;
BEGIN
    IF extract(year FROM month) NOT BETWEEN 1973 AND 2100 THEN
        RAISE EXCEPTION 'no option quotes are kept for %', month USING ERRCODE = 'datetime_field_overflow';
    END IF;
    PERFORM pg_advisory_xact_lock(5271006, (extract(year FROM month) * 12 + extract(month FROM month))::integer);
    IF to_regclass('market.' || partition_name) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE market.%I (LIKE market.option_quotes INCLUDING ALL)', partition_name);
    EXECUTE format(
        'ALTER TABLE market.option_quotes ATTACH PARTITION market.%I FOR VALUES FROM (%L) TO (%L)',
        partition_name, first_day::text || ' 00:00:00+00', (first_day + interval '1 month')::date::text || ' 00:00:00+00');
END
$function$;

-- What a quote said before its values changed. Known at an instant: recorded_at <= instant < superseded_at.
CREATE TABLE market.option_quote_revisions (
    LIKE market.option_quotes,
    superseded_at timestamptz NOT NULL,
    -- As the quotes; superseded_at tells the revisions of one quote apart.
    CONSTRAINT option_quote_revisions_pkey PRIMARY KEY (symbol_id, quoted_at, contract_id, superseded_at)
);

-- The instants at which a chain was quoted. A chain may come in several messages: the row is that of the first, the prices are those of the latest fetch.
CREATE TABLE market.option_snapshots (
    quoted_at        timestamptz NOT NULL,
    -- Of the underlying, as the provider said it.
    underlying_price double precision,
    -- What was computed with: the price above, or the one that put-call parity implies.
    spot             double precision,
    fetched_at       timestamptz NOT NULL,
    recorded_at      timestamptz NOT NULL,
    symbol_id        integer     NOT NULL,
    source_id        smallint    NOT NULL,
    -- The latest chain of a symbol, now or as known at an instant, is the end of a stretch of this index.
    CONSTRAINT option_snapshots_pkey PRIMARY KEY (symbol_id, quoted_at)
);

-- Quarantine and findings are about quotes of options too: interval_id is 0 then, which is no interval. A quarantined quote starts at its expiry (the same wrong quote is
-- one row, however often it comes), a finding at the instant of the quotes.
ALTER TABLE market.quarantine ADD COLUMN contract text;
ALTER TABLE market.findings ADD COLUMN contract text;
