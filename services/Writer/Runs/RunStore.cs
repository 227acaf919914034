using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using StocksDapr.Contracts.Json;
using StocksDapr.Contracts.Messages;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Runs;

/// <summary>
/// Keeps what runs announce. Whatever order the messages come in, and however often, the rows end the same: the conditions of the statements
/// (<see cref="RunSql"/>) say which of two messages counts.
/// </summary>
internal sealed class RunStore(Database database)
{
    public const int MaxId = 200;

    /// <exception cref="NpgsqlException">Nothing was stored.</exception>
    public async Task WriteAsync(IReadOnlyList<RunEvent> events, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);

        // Always in the same order, so that two transactions that touch the same rows wait for each other in one direction only.
        foreach (var step in events.OrderBy(step => step.RunId, StringComparer.Ordinal).ThenBy(Rank).ThenBy(KeyWithinRun, StringComparer.Ordinal))
            Add(batch, step);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static int Rank(RunEvent step) => step switch { RunStep => 1, RunRequest => 2, _ => 0 };

    private static string KeyWithinRun(RunEvent step) => step switch { RunStep named => named.Step, RunRequest request => request.RequestId, _ => "" };

    private static void Add(NpgsqlBatch batch, RunEvent step)
    {
        var id = Text(step.RunId, MaxId);
        switch (step)
        {
            case RunStarted started:
                batch.Add(
                    RunSql.Started, id, Text(started.Kind, 50), Text(started.Title, 500), Json(started.Parameters), Instant(started.DueAt), Instant(started.StartedAt));
                break;
            case RunStateChanged changed:
                batch.Add(RunSql.StateChanged, id, Word(changed.State), Instant(changed.At));
                break;
            case RunPlanned planned:
                batch.Add(RunSql.Planned, id, new() { Value = planned.Parts, NpgsqlDbType = NpgsqlDbType.Integer });
                break;
            case RunStep named:
                batch.Add(
                    RunSql.Step, id, Text(named.Step, 200), new() { Value = named.Number, NpgsqlDbType = NpgsqlDbType.Integer }, Text(named.Name, 500),
                    Instant(named.StartedAt), Instant(named.At), Instant(named.EndedAt), Word(named.Outcome), Text(named.Detail),
                    new() { Value = named.Part, NpgsqlDbType = NpgsqlDbType.Boolean }, Json(named.Symbols));
                break;
            case RunRequest request:
                batch.Add(
                    RunSql.Request, id, Text(request.RequestId, 200), Text(request.Step, 200), Text(request.Provider, 200), Instant(request.At),
                    new() { Value = request.Credits, NpgsqlDbType = NpgsqlDbType.Integer }, Text(request.Error));
                break;
            case RunEnded ended:
                batch.Add(
                    RunSql.Ended, id, Instant(ended.EndedAt), Word(ended.Outcome), Text(ended.Detail), Json(ended.Summary),
                    new() { Value = ended.Observed, NpgsqlDbType = NpgsqlDbType.Boolean });
                break;
            default:
                throw new FormatException($"Nothing is known of the run event {step.GetType().Name}.");
        }
    }

    private static NpgsqlParameter Text(string? text, int maxLength = 2_000) =>
        new() { Value = text is null ? DBNull.Value : StorableText.Of(text, maxLength), NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter Instant(DateTimeOffset? instant) =>
        new() { Value = instant is { } at ? PgTime.From(at) : DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    /// <summary>An enumeration's value as it is written in messages.</summary>
    private static NpgsqlParameter Word<T>(T value) => Text(JsonSerializer.SerializeToElement(value, ContractsJson.Options).GetString());

    private static NpgsqlParameter Json<T>(T value) => new()
    {
        // JSON may say U+0000, jsonb may not; whoever sends it gets to know.
        Value = value is null ? DBNull.Value : JsonSerializer.Serialize(value, ContractsJson.Options),
        NpgsqlDbType = NpgsqlDbType.Jsonb,
    };
}
