using System.Globalization;
using Npgsql;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Bars;

/// <summary>The notification to Query's caches, sent with the commit: what of which series changed.</summary>
internal static class StoredNotice
{
    public const string Channel = "stored";

    private const string Sql = "SELECT pg_notify('stored', payload) FROM unnest($1) AS payload";

    public static void AddTo(NpgsqlBatch batch, IReadOnlyList<BarSlice> slices)
    {
        var payloads = slices.Where(slice => slice.Outcome.Inserted + slice.Outcome.Revised > 0).Select(Payload).ToList();
        if (payloads.Count > 0)
            batch.Add(Sql, Columns.Texts(payloads));
    }

    private static string Payload(BarSlice slice) => string.Create(
        CultureInfo.InvariantCulture,
        $"{slice.Message.Symbol}|{slice.IntervalId}|{PgTime.ToUnixSeconds(slice.First)}|{PgTime.ToUnixSeconds(slice.Last)}");
}
