using StocksDapr.Sidecar.Running.Processes;
using StocksDapr.Sidecar.Running.Records;
using StocksDapr.Sidecar.Running.Supervision;

namespace StocksDapr.Sidecar.Running;

/// <summary>Everything that is known of a run, and its record in the data folder, which follows every change within a moment.</summary>
internal sealed class RunBoard : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly DataFolder _data;
    private readonly string _template;
    private readonly string? _gateway;
    private readonly DateTimeOffset _startedAt;
    private readonly CancellationTokenSource _ended = new();
    private readonly List<ServiceRow> _rows = [];
    private readonly Task _writing;
    private volatile string? _problem;
    private volatile RunState _state;

    public RunBoard(DataFolder data, string template, string? gateway, TimeProvider time)
    {
        _data = data;
        _template = template;
        _gateway = gateway;
        _startedAt = time.GetUtcNow();
        Record().Write(data);
        _writing = Task.Run(KeepRecordAsync);
    }

    /// <summary>The lines of the table, in order.</summary>
    public IReadOnlyList<ServiceRow> Rows
    {
        get
        {
            lock (_rows)
                return [.. _rows];
        }
    }

    public RunState State
    {
        get => _state;
        set => _state = value;
    }

    /// <summary>What keeps the run from becoming ready.</summary>
    public string? Problem
    {
        get => _problem;
        set => _problem = value;
    }

    public ServiceRow Add(ServiceRow row)
    {
        lock (_rows)
            _rows.Add(row);
        return row;
    }

    public RunRecord Record() => new()
    {
        Runner = ProcessIdentity.Current,
        State = State,
        Problem = Problem,
        Template = _template,
        Gateway = _gateway,
        StartedAt = _startedAt,
        Services = [.. Rows.Select(row => new RecordedService(row.Name, row.State, row.Address, row.Process, row.Restarts, row.LogFile, row.LastLine))],
    };

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _writing;
        _ended.Dispose();
    }

    private async Task KeepRecordAsync()
    {
        var written = "";
        while (true)
        {
            var last = _ended.IsCancellationRequested;
            var record = Record();
            var json = record.ToJson();
            if (json != written && TryWrite(record))
                written = json;
            if (last)
                return;
            await Task.Delay(Interval, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool TryWrite(RunRecord record)
    {
        try
        {
            record.Write(_data);
            return true;
        }
        catch (IOException)
        {
            // The disk is full or the folder gone: tried again with the next round.
            return false;
        }
    }
}
