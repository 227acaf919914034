using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using StocksDapr.Sidecar.Commands.Local;

namespace StocksDapr.Sidecar.Commands;

/// <summary><c>replay</c>: publishes messages again that could not be processed, once what was wrong has been mended.</summary>
internal static class ReplayCommand
{
    /// <summary>Dead letters per call: the most that Writer takes, so that those which cannot be replayed do not hide the ones behind them.</summary>
    private const int CallLimit = 1_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromMinutes(2);

    public static Command Make()
    {
        var topic = new Option<string?>("--topic") { Description = "Only those of this topic. Default: of all.", HelpName = "NAME" };
        var id = new Option<long?>("--id") { Description = "Only this one, even if it was replayed before.", HelpName = "NUMBER" };
        var url = new Option<string?>("--url") { Description = "The gateway. Default: that of the run on this machine.", HelpName = "URL" };
        var data = Places.DataOption();
        var command = new Command("replay", "Publishes messages again that could not be processed (GET /api/v1/dead-letters lists them).") { topic, id, url, data };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var folder = Places.FindData(parsed.GetValue(data));
            var address = LocalGateway.Address(parsed.GetValue(url), folder);
            await using var own = await TemporaryToken.MakeAsync(address, folder, "replay", ["read", "write"], Patience, cancellationToken);
            return parsed.GetValue(id) is { } one
                ? await OneAsync(own.Gateway, one, cancellationToken)
                : await WaitingAsync(own.Gateway, parsed.GetValue(topic), cancellationToken);
        });
        return command;
    }

    private static async Task<int> OneAsync(GatewayClient gateway, long id, CancellationToken cancellationToken)
    {
        var answer = await PostAsync(gateway, string.Create(CultureInfo.InvariantCulture, $"api/v1/dead-letters/{id}/replay"), cancellationToken);
        Console.WriteLine($"published again to {answer.GetProperty("topic").GetString()}");
        return ExitCodes.Done;
    }

    private static async Task<int> WaitingAsync(GatewayClient gateway, string? topic, CancellationToken cancellationToken)
    {
        var only = topic is null ? "" : $"&topic={Uri.EscapeDataString(topic)}";

        // Only what waits now: what is refused again comes back as a new letter.
        var newest = await gateway.GetAsync($"api/v1/dead-letters?state=waiting&limit=1{only}", null, cancellationToken);
        var upTo = newest.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetInt64()).FirstOrDefault();
        long published = 0;
        while (true)
        {
            var answer = await PostAsync(
                gateway, string.Create(CultureInfo.InvariantCulture, $"api/v1/dead-letters/replay?limit={CallLimit}&upTo={upTo}{only}"), cancellationToken);
            var count = answer.GetProperty("published").GetInt64();
            published += count;
            if (count > 0)
                continue;

            var left = answer.GetProperty("notReplayable").EnumerateArray().Select(item => item.GetInt64()).ToArray();
            Console.WriteLine($"{published:N0} published again");
            if (left.Length == 0)
                return ExitCodes.Done;
            await Console.Error.WriteLineAsync($"cannot be published again, only looked at: {string.Join(", ", left)}");
            return ExitCodes.Failed;
        }
    }

    private static Task<JsonElement> PostAsync(GatewayClient gateway, string path, CancellationToken cancellationToken) =>
        gateway.SendAsync(() => new HttpRequestMessage(HttpMethod.Post, path), CallTimeout, null, null, cancellationToken);
}
