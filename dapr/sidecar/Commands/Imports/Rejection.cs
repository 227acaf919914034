using System.Runtime.CompilerServices;
using System.Text.Json;
using StocksDapr.Sidecar.Commands.Local;

namespace StocksDapr.Sidecar.Commands.Imports;

/// <summary>A row that was not stored.</summary>
/// <param name="Line">Its line in the unpacked file, the header being 1; null when the platform does not know it.</param>
/// <param name="Code">The stable code of the reason.</param>
/// <param name="Reason">The reason as a sentence.</param>
internal sealed record Rejection(long? Line, string Code, string Reason)
{
    private const int PageSize = 1000;

    /// <summary>Reads the rejected rows of an import, page by page.</summary>
    public static async IAsyncEnumerable<Rejection> ReadAsync(
        GatewayClient gateway, string importId, int limit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? cursor = null;
        var left = limit;
        do
        {
            var page = Math.Min(left, PageSize);
            var more = cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}";
            var answer = await gateway.GetAsync($"api/v1/imports/{Uri.EscapeDataString(importId)}/rejections?limit={page}{more}", null, cancellationToken);
            foreach (var item in answer.GetProperty("items").EnumerateArray())
            {
                yield return From(item);
                left--;
            }

            cursor = answer.TryGetProperty("next", out var next) && next.ValueKind == JsonValueKind.String ? next.GetString() : null;
        }
        while (cursor is not null && left > 0);
    }

    private static Rejection From(JsonElement item) => new(
        item.TryGetProperty("line", out var line) && line.ValueKind == JsonValueKind.Number ? line.GetInt64() : null,
        item.TryGetProperty("code", out var code) ? code.ToString() : "",
        item.TryGetProperty("reason", out var reason) || item.TryGetProperty("detail", out reason) ? reason.ToString() : "");
}
