using System.Buffers;
using System.Globalization;
using System.Text;
using StocksDapr.Sidecar.Commands.Local;

namespace StocksDapr.Sidecar.Commands.Imports;

/// <summary>The CSV file of all rejected rows: file, line, code, reason.</summary>
internal static class RejectionReport
{
    private static readonly SearchValues<char> NeedQuotes = SearchValues.Create(",\"\r\n");

    /// <summary>Writes the report and returns the number of its rows.</summary>
    public static async Task<long> WriteAsync(string path, IEnumerable<ImportOutcome> outcomes, GatewayClient gateway, CancellationToken cancellationToken)
    {
        long rows = 0;
        await using var writer = new StreamWriter(path, append: false, new UTF8Encoding(false));
        await writer.WriteLineAsync("file,line,code,reason".AsMemory(), cancellationToken);
        foreach (var outcome in outcomes.Where(outcome => outcome.Receipt is { Rejected: > 0 }))
        {
            await foreach (var rejection in Rejection.ReadAsync(gateway, outcome.Receipt!.Id, int.MaxValue, cancellationToken))
            {
                var line = rejection.Line?.ToString(CultureInfo.InvariantCulture) ?? "";
                await writer.WriteLineAsync(
                    $"{Quote(outcome.File)},{line},{Quote(rejection.Code)},{Quote(rejection.Reason)}".AsMemory(), cancellationToken);
                rows++;
            }
        }

        return rows;
    }

    /// <summary>A CSV field, in quotation marks where it needs them (RFC 4180).</summary>
    internal static string Quote(string field) =>
        field.AsSpan().ContainsAny(NeedQuotes) ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
}
