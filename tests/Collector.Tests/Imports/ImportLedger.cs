using System.Text.Json;
using StocksDapr.Collector.Imports;
using StocksDapr.Contracts.Json;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Tests.Imports;

/// <summary>
/// Broker, Processor, Writer and Query in one: keeps what is published of imports as Writer does (each batch once, whatever comes twice),
/// and answers for it as Query does. Tests may lose messages, hold them up, or be away.
/// </summary>
internal sealed class ImportLedger : IImportFeed, IImportReceipts
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _imports = [];

    /// <summary>Decides about each message before it is taken: false loses it, as a broker that dies does.</summary>
    public Func<object, CancellationToken, Task<bool>> Taking { get; set; } = (_, _) => Task.FromResult(true);

    public bool QueryIsAway { get; set; }

    public int Published { get; private set; }

    public List<CorporateActions> Actions { get; } = [];

    public async Task PublishAsync<T>(string topic, string partitionKey, T message, CancellationToken cancellationToken)
    {
        if (!await Taking(message!, cancellationToken))
            return;

        cancellationToken.ThrowIfCancellationRequested();

        // Over the wire, so that what cannot travel fails here.
        var arrived = JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(message, ContractsJson.Options), ContractsJson.Options);
        lock (_gate)
        {
            Published++;
            Take(arrived!);
        }
    }

    public Task<StoredReceipt?> FindAsync(string id, CancellationToken cancellationToken)
    {
        EnsureThere();
        lock (_gate)
            return Task.FromResult(_imports.TryGetValue(id, out var entry) ? new StoredReceipt(JsonSerializer.SerializeToElement(entry.Receipt(id), JsonSerializerOptions.Web)) : null);
    }

    public Task<StoredBatches?> FindStoredBatchesAsync(string id, CancellationToken cancellationToken)
    {
        EnsureThere();
        lock (_gate)
        {
            if (!_imports.TryGetValue(id, out var entry))
                return Task.FromResult<StoredBatches?>(null);

            // Without a total only the gaps before the last batch are known.
            var end = entry.Read?.Batches ?? (entry.Batches.Count == 0 ? 0 : entry.Batches.Keys.Max());
            var missing = Enumerable.Range(0, end).Where(number => !entry.Batches.ContainsKey(number)).Select(number => (IReadOnlyList<int>)[number, number]);
            return Task.FromResult<StoredBatches?>(new StoredBatches(entry.Read?.Batches, [.. missing]));
        }
    }

    public Entry Of(string id)
    {
        lock (_gate)
            return _imports.TryGetValue(id, out var entry) ? entry : new Entry();
    }

    public string StateOf(string id)
    {
        lock (_gate)
            return _imports.TryGetValue(id, out var entry) ? entry.State : "unknown";
    }

    private void EnsureThere()
    {
        if (QueryIsAway)
            throw new HttpRequestException("Query is away.");
    }

    private void Take(object message)
    {
        switch (message)
        {
            case RawBars { Provenance.Import: { } batch } bars:
                // The same number must always mean the same bars.
                if (!EntryOf(batch.ImportId).Batches.TryAdd(batch.Number, bars))
                    EntryOf(batch.ImportId).Batches[batch.Number].Bars.Should().Equal(bars.Bars);
                break;
            case ImportRejections rejections:
                foreach (var line in rejections.Lines)
                    EntryOf(rejections.ImportId).Rejections[line.Line] = line;
                break;
            case ImportAccepted accepted:
                EntryOf(accepted.ImportId).Accepted = accepted;
                break;
            case ImportRead read:
                EntryOf(read.ImportId).Read = read;
                break;
            case ImportFailed failed:
                EntryOf(failed.ImportId).Failed = failed;
                break;
            case CorporateActions actions:
                Actions.Add(actions);
                break;
            default:
                throw new InvalidOperationException($"Nobody takes {message.GetType()}.");
        }
    }

    private Entry EntryOf(string id)
    {
        if (!_imports.TryGetValue(id, out var entry))
            _imports.Add(id, entry = new Entry());
        return entry;
    }

    internal sealed class Entry
    {
        public SortedDictionary<int, RawBars> Batches { get; } = [];

        public SortedDictionary<int, RejectedLine> Rejections { get; } = [];

        public ImportAccepted? Accepted { get; set; }

        public ImportRead? Read { get; set; }

        public ImportFailed? Failed { get; set; }

        public IEnumerable<RawBar> Bars => Batches.Values.SelectMany(batch => batch.Bars);

        public string State =>
            Failed is not null ? "failed"
            : Read is null ? Batches.Count > 0 ? "reading" : "accepted"
            : Batches.Count >= Read.Batches && Rejections.Count >= Read.Rejected ? "completed" : "running";

        public ImportReceipt Receipt(string id) =>
            new(
                id, State, Accepted?.Source ?? "", Accepted?.Interval ?? "", Accepted?.FileName, Read?.Rows ?? 0, Bars.Count(), Bars.Count(), 0, 0, 0, 0,
                Rejections.Count, new ImportReceiptBatches(Read?.Batches, Batches.Count), Accepted?.AcceptedAt ?? default, null,
                Failed is null ? null : new { Failed.Code, Failed.Reason });
    }
}
