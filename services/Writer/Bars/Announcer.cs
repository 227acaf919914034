using System.Threading.Channels;
using Dapr.Client;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Writer.Bars;

/// <summary>
/// Says what was stored, then lets the deliveries succeed: as long as nobody was told, the broker keeps the message. Several
/// transactions are announced in one call while the next ones are under way.
/// </summary>
internal sealed class Announcer(DaprClient dapr, ILogger<Announcer> logger) : BackgroundService
{
    // About 300 bytes an event: far below what a sidecar takes in one call.
    private const int MaxEvents = 1_000;

    private readonly Channel<(PendingBars Message, StoredBars? Event)> _committed =
        Channel.CreateBounded<(PendingBars, StoredBars?)>(new BoundedChannelOptions(2 * MaxEvents) { SingleReader = true });

    public ValueTask AnnounceAsync(PendingBars message, WrittenBars written, CancellationToken cancellationToken)
    {
        var bars = message.Bars;
        var stored = bars.Bars.Length == 0
            ? null
            : new StoredBars(
                bars.Symbol, bars.Interval, bars.Message.Provenance, bars.Bars[0].Start, bars.Bars[^1].Start,
                written.Inserted, written.Revised, written.Unchanged);
        return _committed.Writer.WriteAsync((message, stored), cancellationToken);
    }

    /// <summary>Nothing more is announced; the announcer ends when it is done with what it has.</summary>
    public void Complete() => _committed.Writer.TryComplete();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Ends by Complete, not by the token: what is committed is announced also while the host stops.
        while (await _committed.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var messages = new List<PendingBars>();
            var events = new List<StoredBars>();
            while (events.Count < MaxEvents && _committed.Reader.TryRead(out var item))
            {
                if (item.Event is null)
                {
                    item.Message.Succeed();
                    continue;
                }

                messages.Add(item.Message);
                events.Add(item.Event);
            }

            if (events.Count > 0)
                await PublishAsync(messages, events);
        }
    }

    private async Task PublishAsync(List<PendingBars> messages, List<StoredBars> events)
    {
        try
        {
            var response = await dapr.BulkPublishEventAsync(Components.PubSub, Topics.Stored, events, cancellationToken: CancellationToken.None);
            var failed = response.FailedEntries.Select(entry => int.Parse(entry.Entry.EntryId, System.Globalization.CultureInfo.InvariantCulture)).ToHashSet();
            for (var i = 0; i < messages.Count; i++)
            {
                if (failed.Contains(i))
                    messages[i].GiveBack();
                else
                    messages[i].Succeed();
            }

            if (failed.Count > 0)
                logger.NotAnnounced(null, failed.Count, events.Count, Topics.Stored);
        }
        catch (Exception exception)
        {
            // The bars are stored; delivered again they are found unchanged and announced then.
            logger.NotAnnounced(exception, events.Count, events.Count, Topics.Stored);
            messages.ForEach(message => message.GiveBack());
        }
    }
}
