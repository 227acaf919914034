using System.Threading.Channels;
using Dapr;
using Microsoft.Extensions.Options;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Runs;
using StocksDapr.Collector.Schedules;
using StocksDapr.Market;

namespace StocksDapr.Collector.OptionChains;

/// <summary>
/// Schedules the snapshots of option chains that are due, at start and whenever it is asked to; apart from that of bars, which need not wait for it.
/// Every replica does; the workflows' ids, derived from what is due, make one run of it.
/// </summary>
internal sealed class OptionSchedule(
    IEnumerable<OptionMarket> markets,
    IWorkflowRuns workflows,
    ExchangeCalendar calendar,
    IOptions<OptionOptions> options,
    IOptions<CollectionOptions> collection,
    TimeProvider time,
    ILogger<OptionSchedule> logger) : BackgroundService
{
    private static readonly TimeSpan RetryUntilFirstLook = TimeSpan.FromSeconds(1);

    private readonly OptionMarket[] _markets = [.. markets.Where(market => market.Providers.Count > 0)];

    private readonly Channel<bool> _requests = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private bool _hasLooked;

    /// <summary>Asks for a look and does not wait for it.</summary>
    public void Request() => _requests.Writer.TryWrite(true);

    /// <summary>Schedules what is due now.</summary>
    /// <exception cref="TaskHubException">The task hub cannot be asked; what was scheduled before stays so.</exception>
    /// <exception cref="DaprException">Nobody says whose chains are wanted.</exception>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        var settings = options.Value;
        if (SnapshotTimes.LastDue(calendar, time.GetUtcNow(), settings.Every, settings.AfterClose) is not { } due)
            return;

        foreach (var market in _markets)
        {
            var id = Slots.Options(market.Name, due);
            if (_known.Contains(id))
                continue;

            // Nothing wanted is no run: most people track no options.
            if ((await market.UnderlyingsAsync(cancellationToken)).Count == 0)
                continue;

            var slot = new OptionSlot(Guid.NewGuid().ToString("N"), market.Name, due, settings.Days, PartPatience.Of(collection.Value));
            if (await workflows.EnsureAsync(nameof(CollectOptions), id, slot, cancellationToken))
                logger.RunScheduled(id);

            // A few dozen a day.
            if (_known.Count > 1_000)
                _known.Clear();
            _known.Add(id);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Enabled || _markets.Length == 0)
            return;

        Request();
        await foreach (var _ in _requests.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
                _hasLooked = true;
            }
            catch (Exception e) when (e is TaskHubException or DaprException)
            {
                // While services start this is nothing; afterwards the schedule of bars says it too, and the next tick comes.
                if (_hasLooked)
                    logger.CannotSchedule(e.Message);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.ScheduleFailed(e);
            }

            if (_hasLooked)
                continue;
            await Task.Delay(RetryUntilFirstLook, time, stoppingToken);
            Request();
        }
    }
}
