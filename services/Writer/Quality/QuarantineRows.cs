using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using StocksDapr.Contracts.Json;
using StocksDapr.Contracts.Messages;
using StocksDapr.Writer.Bars;
using StocksDapr.Writer.OptionChains;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Quality;

/// <summary>Quarantined bars and quotes of a transaction, and the lines of imports that they stood in. Adding them again changes nothing.</summary>
internal sealed class QuarantineRows
{
    private const string BarsSql = """
        INSERT INTO market.quarantine AS q
            (symbol_id, interval_id, start, rule, detail, bar, source_id, request_id, fetched_at, recorded_at, contract, last_fetched_at)
        SELECT DISTINCT ON (symbol_id, interval_id, start, rule, source_id, md5(bar::text))
            symbol_id, interval_id, start, rule, detail, bar, source_id, request_id, fetched_at, recorded_at, contract, fetched_at
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            AS n(symbol_id, interval_id, start, rule, detail, bar, source_id, request_id, fetched_at, recorded_at, contract)
        ORDER BY symbol_id, interval_id, start, rule, source_id, md5(bar::text), fetched_at DESC
        ON CONFLICT (symbol_id, interval_id, start, rule, source_id, md5(bar::text))
        DO UPDATE SET last_fetched_at = EXCLUDED.last_fetched_at WHERE q.last_fetched_at < EXCLUDED.last_fetched_at
        """;

    private const string LinesSql = """
        INSERT INTO market.quarantine_lines (import_id, line, quarantine_id)
        SELECT n.import_id, n.line, q.id
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) AS n(symbol_id, interval_id, start, rule, bar, source_id, import_id, line)
        JOIN market.quarantine q
            ON q.symbol_id = n.symbol_id AND q.interval_id = n.interval_id AND q.start = n.start AND q.rule = n.rule
            AND q.source_id = n.source_id AND md5(q.bar::text) = md5(n.bar::text)
        WHERE n.import_id IS NOT NULL
        ON CONFLICT DO NOTHING
        """;

    // What the provider did not say stands there as null, and what is no number as the word for it.
    private static readonly JsonSerializerOptions QuoteJson = new(ContractsJson.Options)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private readonly List<int> _symbolIds = [];
    private readonly List<short> _intervalIds = [];
    private readonly List<long> _starts = [];
    private readonly List<string> _rules = [];
    private readonly List<string> _details = [];
    private readonly List<string> _bars = [];
    private readonly List<short> _sources = [];
    private readonly List<string> _requests = [];
    private readonly List<long> _fetched = [];
    private readonly List<long> _recorded = [];
    private readonly List<string?> _imports = [];
    private readonly List<int> _lines = [];
    private readonly List<string?> _contracts = [];

    public QuarantineRows()
    {
    }

    public QuarantineRows(IEnumerable<BarSlice> slices)
    {
        foreach (var slice in slices)
        {
            foreach (var bar in slice.Message.Quarantined)
                Add(slice, bar);
            foreach (var index in slice.Outcome.Conflicts)
                Add(slice, PreparedBars.Conflict(slice.Message.Bars[index]));
        }
    }

    public void AddTo(NpgsqlBatch batch)
    {
        if (_starts.Count == 0)
            return;

        batch.Add(
            BarsSql,
            Columns.Integers(_symbolIds), Columns.Smallints(_intervalIds), Columns.Instants(_starts), Columns.Texts(_rules), Columns.Texts(_details),
            Columns.Json(_bars), Columns.Smallints(_sources), Columns.Texts(_requests), Columns.Instants(_fetched), Columns.Instants(_recorded),
            Columns.Texts(_contracts));
        if (_imports.Exists(import => import is not null))
        {
            batch.Add(
                LinesSql,
                Columns.Integers(_symbolIds), Columns.Smallints(_intervalIds), Columns.Instants(_starts), Columns.Texts(_rules),
                Columns.Json(_bars), Columns.Smallints(_sources), Columns.Texts(_imports), Columns.Integers(_lines));
        }
    }

    /// <summary>Adds the quote of an option.</summary>
    public void Add(ChainSlice slice, QuarantinedOptionQuote broken)
    {
        _symbolIds.Add(slice.SymbolId);
        _intervalIds.Add(ChainSlice.NoInterval);
        _starts.Add(PgTime.From(new DateTimeOffset(broken.Quote.Expiry.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero)));
        _rules.Add(StorableText.Of(broken.Rule, 100));
        _details.Add(StorableText.Of(broken.Detail));
        _bars.Add(JsonSerializer.Serialize(
            broken.Quote with
            {
                Contract = StorableText.Of(broken.Quote.Contract, 100),
                Currency = broken.Quote.Currency is { } currency ? StorableText.Of(currency, 100) : null,
            },
            QuoteJson));
        _sources.Add(slice.SourceId);
        _requests.Add(StorableText.Of(slice.Message.Provenance.RequestId, 200));
        _fetched.Add(slice.FetchedAt);
        _recorded.Add(slice.RecordedAt);
        _imports.Add(null);
        _lines.Add(0);
        _contracts.Add(StorableText.Of(broken.Quote.Contract, 100));
    }

    private void Add(BarSlice slice, QuarantinedBar bar)
    {
        var provenance = slice.Message.Message.Provenance;
        _symbolIds.Add(slice.SymbolId);
        _intervalIds.Add(slice.IntervalId);
        _starts.Add(PgTime.From(bar.Bar.Start));
        _rules.Add(StorableText.Of(bar.Rule, 100));
        _details.Add(StorableText.Of(bar.Detail));
        _bars.Add(Json(bar.Bar));
        _sources.Add(slice.SourceId);
        _requests.Add(StorableText.Of(provenance.RequestId, 200));
        _fetched.Add(slice.FetchedAt);
        _recorded.Add(slice.RecordedAt);
        _imports.Add(provenance.Import is { } import ? StorableText.Of(import.ImportId, 200) : null);
        _lines.Add(bar.Bar.Line);
        _contracts.Add(null);
    }

    private static string Json(in RawBar bar)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            Write(json, "open", bar.Open);
            Write(json, "high", bar.High);
            Write(json, "low", bar.Low);
            Write(json, "close", bar.Close);
            Write(json, "volume", bar.Volume);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, string name, RawValue value)
    {
        if (value.TryGetNumber(out var number))
            json.WriteNumber(name, number);
        else if (value.Text is { } text)
            json.WriteString(name, StorableText.Of(text));
        else
            json.WriteNull(name);
    }
}
