using Npgsql;
using NpgsqlTypes;
using StocksDapr.Writer.Bars;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.OptionChains;

/// <summary>Binary COPY of new quotes straight into <c>market.option_quotes</c>.</summary>
internal static class QuoteCopy
{
    private const string Command = """
        COPY market.option_quotes (quoted_at, bid, ask, last, last_trade_at, volume, open_interest, vendor_volatility, fetched_at, recorded_at,
            volatility, delta, gamma, vega, theta, rho, symbol_id, contract_id, source_id) FROM STDIN (FORMAT BINARY)
        """;

    /// <summary>Writes the quotes with verdict <see cref="Verdict.Insert"/>.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, ChainSlice slice, CancellationToken cancellationToken)
    {
        if (!slice.With(Verdict.Insert).Any())
            return;

        await using var copy = await connection.BeginBinaryImportAsync(Command, cancellationToken);
        foreach (var i in slice.With(Verdict.Insert))
        {
            var (quote, valuation) = slice.Message.Quotes[i];
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(slice.QuotedAt, NpgsqlDbType.TimestampTz, cancellationToken);
            await WriteAsync(quote.Bid, NpgsqlDbType.Double);
            await WriteAsync(quote.Ask, NpgsqlDbType.Double);
            await WriteAsync(quote.Last, NpgsqlDbType.Double);
            await WriteAsync(quote.LastTradeAt is { } trade ? PgTime.From(trade) : default(long?), NpgsqlDbType.TimestampTz);
            await WriteAsync(quote.Volume, NpgsqlDbType.Bigint);
            await WriteAsync(quote.OpenInterest, NpgsqlDbType.Bigint);
            await WriteAsync(quote.ImpliedVolatility, NpgsqlDbType.Double);
            await copy.WriteAsync(slice.FetchedAt, NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync(slice.RecordedAt, NpgsqlDbType.TimestampTz, cancellationToken);
            await WriteAsync((float?)valuation?.Volatility, NpgsqlDbType.Real);
            await WriteAsync((float?)valuation?.Delta, NpgsqlDbType.Real);
            await WriteAsync((float?)valuation?.Gamma, NpgsqlDbType.Real);
            await WriteAsync((float?)valuation?.Vega, NpgsqlDbType.Real);
            await WriteAsync((float?)valuation?.Theta, NpgsqlDbType.Real);
            await WriteAsync((float?)valuation?.Rho, NpgsqlDbType.Real);
            await copy.WriteAsync(slice.SymbolId, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(slice.ContractIds[i], NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(slice.SourceId, NpgsqlDbType.Smallint, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);

        Task WriteAsync<T>(T? value, NpgsqlDbType type)
            where T : struct => value is { } present ? copy.WriteAsync(present, type, cancellationToken) : copy.WriteNullAsync(cancellationToken);
    }
}
