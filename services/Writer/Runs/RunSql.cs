namespace StocksDapr.Writer.Runs;

/// <summary>The statements that keep runs. $1 is the run's id.</summary>
internal static class RunSql
{
    /// <summary>$2 kind, $3 title, $4 parameters, $5 due, $6 started: the earliest start counts.</summary>
    public const string Started = """
        INSERT INTO market.runs (id, kind, title, parameters, due_at, started_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (id) DO UPDATE SET
            kind = EXCLUDED.kind, title = EXCLUDED.title, parameters = EXCLUDED.parameters, due_at = EXCLUDED.due_at, started_at = EXCLUDED.started_at
        WHERE runs.started_at IS NULL OR EXCLUDED.started_at < runs.started_at
        """;

    /// <summary>$2 state, $3 when: the latest counts.</summary>
    public const string StateChanged = """
        INSERT INTO market.runs (id, state, state_at)
        VALUES ($1, $2, $3)
        ON CONFLICT (id) DO UPDATE SET state = EXCLUDED.state, state_at = EXCLUDED.state_at
        WHERE runs.state_at IS NULL OR EXCLUDED.state_at > runs.state_at
        """;

    /// <summary>$2 parts: a plan does not change; should it all the same, the larger one counts.</summary>
    public const string Planned = """
        INSERT INTO market.runs (id, parts)
        VALUES ($1, $2)
        ON CONFLICT (id) DO UPDATE SET parts = greatest(runs.parts, EXCLUDED.parts)
        """;

    /// <summary>
    /// $2 step, $3 number, $4 name, $5 started, $6 said, $7 ended, $8 outcome, $9 detail, $10 part, $11 symbols. An end counts before anything
    /// else, the earliest of several; of two words about a step under way the later one.
    /// </summary>
    public const string Step = """
        INSERT INTO market.run_steps (run_id, step, number, name, started_at, said_at, ended_at, outcome, detail, part, symbols)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (run_id, step) DO UPDATE SET
            number = EXCLUDED.number, name = EXCLUDED.name, started_at = least(run_steps.started_at, EXCLUDED.started_at), said_at = EXCLUDED.said_at,
            ended_at = EXCLUDED.ended_at, outcome = EXCLUDED.outcome, detail = EXCLUDED.detail, part = EXCLUDED.part, symbols = EXCLUDED.symbols
        WHERE CASE
            WHEN run_steps.ended_at IS NULL THEN EXCLUDED.ended_at IS NOT NULL OR EXCLUDED.said_at > run_steps.said_at
            ELSE EXCLUDED.ended_at < run_steps.ended_at
        END
        """;

    /// <summary>$2 request, $3 step, $4 provider, $5 when, $6 credits, $7 error.</summary>
    public const string Request = """
        INSERT INTO market.run_requests (run_id, request_id, step, provider, requested_at, credits, error)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT DO NOTHING
        """;

    /// <summary>$2 ended, $3 outcome, $4 detail, $5 summary, $6 observed. The run's own word before an observer's, then the earliest.</summary>
    public const string Ended = """
        INSERT INTO market.runs (id, ended_at, outcome, detail, summary, observed)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (id) DO UPDATE SET
            ended_at = EXCLUDED.ended_at, outcome = EXCLUDED.outcome, detail = EXCLUDED.detail, summary = EXCLUDED.summary, observed = EXCLUDED.observed
        WHERE runs.ended_at IS NULL OR (runs.observed AND NOT EXCLUDED.observed)
            OR (runs.observed = EXCLUDED.observed AND EXCLUDED.ended_at < runs.ended_at)
        """;
}
