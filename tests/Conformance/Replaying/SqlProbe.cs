using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;

namespace StocksDapr.Conformance.Replaying;

/// <summary>Looks at rows behind a state store, as psql shows them: text, booleans as t and f.</summary>
internal static class SqlProbe
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    public static async Task<JsonObject> RunAsync(string connectionString, JsonObject what)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var rows = await ReadAsync(source, what["sql"]!.GetValue<string>());
            if (what["until"] is not { } until || JsonNode.DeepEquals(until, rows) || clock.ElapsedMilliseconds > (what["timeoutMs"]?.GetValue<int>() ?? 0))
                return new JsonObject { ["result"] = rows };
            await Task.Delay(PollInterval);
        }
    }

    private static async Task<JsonArray> ReadAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new JsonArray();
        while (await reader.ReadAsync())
        {
            var row = new JsonArray();
            for (var i = 0; i < reader.FieldCount; i++) row.Add(Show(reader.GetValue(i)));
            rows.Add((JsonNode)row);
        }

        return rows;
    }

    private static JsonNode? Show(object value) => value switch
    {
        DBNull => "",
        bool truth => truth ? "t" : "f",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
