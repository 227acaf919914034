using Npgsql;
using NpgsqlTypes;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.DeadLetters;

/// <summary>
/// Keeps messages that could not be processed. A message that Writer itself refuses comes twice: from here with the reason, and
/// from the broker's dead-letter topic without; together they are one row.
/// </summary>
internal sealed class DeadLetterStore(Database database)
{
    private const string AddSql = """
        INSERT INTO market.dead_letters AS d (topic, event_id, body, truncated, received_at)
        VALUES ($1, $2, $3, $4, clock_timestamp())
        ON CONFLICT (topic, event_id) DO UPDATE SET body = EXCLUDED.body, truncated = EXCLUDED.truncated WHERE d.body = ''
        """;

    private const string ExplainSql = """
        INSERT INTO market.dead_letters AS d (topic, event_id, body, truncated, reason, received_at)
        VALUES ($1, $2, '', true, $3, clock_timestamp())
        ON CONFLICT (topic, event_id) DO UPDATE SET reason = EXCLUDED.reason
        """;

    private const string FindSql = "SELECT id, topic, event_id, body, truncated FROM market.dead_letters WHERE id = $1";

    private const string WaitingSql = """
        SELECT id, topic, event_id, body, truncated FROM market.dead_letters
        WHERE replayed_at IS NULL AND NOT truncated AND topic = ANY ($1) AND id <= $2 ORDER BY id LIMIT $3
        """;

    private const string ReplayedSql = "UPDATE market.dead_letters SET replayed_at = clock_timestamp(), replays = replays + 1 WHERE id = $1";

    /// <exception cref="NpgsqlException">Nothing was stored.</exception>
    public async Task WriteAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);

        // In order of the key, so that two transactions with the same letters wait for each other in one direction only.
        foreach (var letter in letters.OrderBy(letter => letter.Topic, StringComparer.Ordinal).ThenBy(letter => letter.EventId, StringComparer.Ordinal))
        {
            batch.Add(
                AddSql,
                new() { Value = letter.Topic, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = letter.EventId, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = letter.Body, NpgsqlDbType = NpgsqlDbType.Bytea },
                new() { Value = letter.IsTruncated, NpgsqlDbType = NpgsqlDbType.Boolean });
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Says why a message was refused that the broker is about to bring as a dead letter.</summary>
    /// <exception cref="NpgsqlException">Nothing was stored.</exception>
    public async Task ExplainAsync(string topic, string eventId, string reason, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(ExplainSql, connection)
        {
            Parameters = { new() { Value = topic }, new() { Value = StorableText.Of(eventId, 200) }, new() { Value = StorableText.Of(reason) } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<KeptDeadLetter?> FindAsync(long id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(FindSql, connection) { Parameters = { new() { Value = id } } };
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    /// <summary>Whole letters of these topics that were never replayed, oldest first.</summary>
    public async Task<IReadOnlyList<KeptDeadLetter>> FindWaitingAsync(
        IReadOnlyCollection<string> topics, long upTo, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(WaitingSql, connection)
        {
            Parameters =
            {
                Columns.Texts(topics.ToArray()),
                new() { Value = upTo },
                new() { Value = limit },
            },
        };
        return await ReadAsync(command, cancellationToken);
    }

    public async Task ReportReplayedAsync(long id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(ReplayedSql, connection) { Parameters = { new() { Value = id } } };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<List<KeptDeadLetter>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var letters = new List<KeptDeadLetter>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            letters.Add(new KeptDeadLetter(
                reader.GetInt64(0),
                new DeadLetter(reader.GetString(1), reader.GetString(2), reader.GetFieldValue<byte[]>(3), reader.GetBoolean(4))));
        }

        return letters;
    }
}
