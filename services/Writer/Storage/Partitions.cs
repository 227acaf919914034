using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;
using StocksDapr.Writer.Bars;

namespace StocksDapr.Writer.Storage;

/// <summary>Makes the yearly partitions of <c>market.bars</c> when the first bar of a year arrives.</summary>
internal sealed class Partitions
{
    private const string Sql = "SELECT market.create_bars_partition($1)";

    private readonly ConcurrentDictionary<int, byte> _known = new();

    public async Task EnsureAsync(NpgsqlConnection connection, IEnumerable<PreparedBars> messages, CancellationToken cancellationToken)
    {
        var missing = new SortedSet<int>();
        foreach (var message in messages)
        {
            var yearEnds = long.MinValue;
            foreach (var start in message.Starts)
            {
                if (start < yearEnds)
                    continue;

                var year = PgTime.Year(start);
                yearEnds = PgTime.From(new DateTimeOffset(year + 1, 1, 1, 0, 0, 0, TimeSpan.Zero));
                if (!_known.ContainsKey(year))
                    missing.Add(year);
            }
        }

        foreach (var year in missing)
        {
            await using var command = new NpgsqlCommand(Sql, connection)
            {
                Parameters = { new() { Value = year, NpgsqlDbType = NpgsqlDbType.Integer } },
            };
            await command.ExecuteNonQueryAsync(cancellationToken);
            _known[year] = 0;
        }
    }

    /// <summary>To be called whenever the database was lost or has no partition for a row.</summary>
    public void Forget() => _known.Clear();
}
