using System.CommandLine;
using System.Globalization;
using StocksDapr.Sidecar.Commands.Local;
using StocksDapr.Sidecar.Running;

namespace StocksDapr.Sidecar.Commands;

/// <summary><c>token</c>: makes a token of the local administrator. Standard output holds the token and nothing else.</summary>
internal static class TokenCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static Command Make()
    {
        var scopes = new Option<string>("--scopes") { Description = "Of read, write, admin, separated by commas.", DefaultValueFactory = _ => "read", HelpName = "LIST" };
        var name = new Option<string>("--name") { Description = "What the token is called in lists.", DefaultValueFactory = _ => "made by ./stocks token" };
        var expires = new Option<string?>("--expires") { Description = "When it ends: a span (30d, 12h) or an instant (2030-01-01, 2030-01-01T12:00:00Z). Default: never.", HelpName = "WHEN" };
        var url = new Option<string?>("--url") { Description = "The gateway. Default: that of the run on this machine.", HelpName = "URL" };
        var data = Places.DataOption();
        var command = new Command("token", "Makes a token of the local administrator and prints it.") { scopes, name, expires, url, data };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var folder = Places.FindData(parsed.GetValue(data));
            DateTimeOffset? ends = parsed.GetValue(expires) is { } when ? Instant(when, TimeProvider.System.GetUtcNow()) : null;
            using var administrator = new GatewayClient(
                LocalGateway.Address(parsed.GetValue(url), folder), LocalGateway.AdministratorKey(folder), Patience);
            var wanted = parsed.GetValue(scopes)!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var made = await LocalGateway.MakeTokenAsync(administrator, parsed.GetValue(name)!, wanted, ends, cancellationToken);
            Console.WriteLine(made.Text);
            var until = ends is { } end ? string.Create(CultureInfo.InvariantCulture, $"until {end:yyyy-MM-dd HH:mm:ss}Z") : "until it is revoked";
            await Console.Error.WriteLineAsync($"scopes {string.Join(", ", wanted)}; {until}. Send it as `Authorization: Bearer …`; it is not shown again.");
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>A span from now, or an instant; without an offset it is UTC.</summary>
    /// <exception cref="RunFailedException">It is neither.</exception>
    internal static DateTimeOffset Instant(string text, DateTimeOffset now)
    {
        if (Durations.TryParse(text, out var span))
            return now + span;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? instant
            : throw new RunFailedException($"--expires: `{text}` is neither a span (30d, 12h, 45m) nor an instant (2030-01-01, 2030-01-01T12:00:00Z).");
    }
}
