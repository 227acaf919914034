using System.Globalization;
using System.Text.Json;
using StocksDapr.Sidecar.Running;
using StocksDapr.Sidecar.Running.Records;

namespace StocksDapr.Sidecar.Commands.Local;

/// <summary>A token that was made.</summary>
/// <param name="Text">The token itself.</param>
/// <param name="Id">By which it is revoked; null when the gateway did not say.</param>
/// <param name="Details">What the gateway says of it.</param>
internal sealed record MadeToken(string Text, string? Id, JsonElement Details);

/// <summary>The gateway of the run on this machine, and the local administrator's right to use it.</summary>
internal static class LocalGateway
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>The address given, else that of the run in the data folder.</summary>
    /// <exception cref="RunFailedException">Nothing runs.</exception>
    public static Uri Address(string? given, DataFolder data)
    {
        if (given is not null)
        {
            return Uri.TryCreate(given, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
                ? new Uri(given)
                : throw new RunFailedException($"`{given}` is no address; write it as http://127.0.0.1:8080");
        }

        return RunRecord.Read(data) is { Gateway: { } gateway, Runner.IsAlive: true }
            ? new Uri(gateway)
            : throw new RunFailedException($"It is not running (with its data in {data.Path}). Start it with `./stocks up`, or name another gateway with --url.");
    }

    /// <exception cref="RunFailedException">There is no key: nothing has run with this data.</exception>
    public static string AdministratorKey(DataFolder data) =>
        data.FindAdministratorKey() ?? throw new RunFailedException($"There is no administrator key in {data.Path}: start the platform with `./stocks up` first.");

    public static async Task<MadeToken> MakeTokenAsync(
        GatewayClient administrator, string name, IReadOnlyList<string> scopes, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        var wish = new { name, scopes, expiresAt = expiresAt?.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) };
        var made = await administrator.SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, "api/v1/tokens") { Content = JsonContent.Create(wish) }, Limit, null, null, cancellationToken);
        var details = made.TryGetProperty("details", out var found) ? found : default;
        return new MadeToken(
            made.GetProperty("token").GetString()!,
            details.ValueKind == JsonValueKind.Object && details.TryGetProperty("id", out var id) ? id.GetString() : null,
            details);
    }

    public static Task RevokeTokenAsync(GatewayClient administrator, string id, CancellationToken cancellationToken) =>
        administrator.SendAsync(
            () => new HttpRequestMessage(HttpMethod.Delete, $"api/v1/tokens/{Uri.EscapeDataString(id)}"), Limit, null, null, cancellationToken);
}
