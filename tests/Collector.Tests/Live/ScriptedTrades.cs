using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using StocksDapr.Collector.Providers;

namespace StocksDapr.Collector.Tests.Live;

/// <summary>A vendor's stream that brings what a test says, and breaks when it says so. It counts its connections: a vendor allows one.</summary>
internal sealed class ScriptedTrades : ITradeStream
{
    private readonly ConcurrentQueue<ScriptedConnection> _connections = new();
    private int _open;

    public string Name => "scripted";

    public int MaxStreamedSymbols { get; init; } = 50;

    public bool ReplaysSession { get; init; }

    public bool IsConfigured
    {
        get
        {
            Interlocked.Increment(ref _looks);
            return HasKey;
        }
    }

    public volatile bool HasKey = true;

    private int _looks;

    /// <summary>How often it was asked whether it is configured.</summary>
    public int Looks => Volatile.Read(ref _looks);

    /// <summary>Refuses each connection while set.</summary>
    public ProviderError? Refusal { get; set; }

    public IReadOnlyList<ScriptedConnection> Connections => [.. _connections];

    public ScriptedConnection Latest => _connections.Last();

    /// <summary>How many connections are open.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>How many were open at a time at most.</summary>
    public int MostOpen { get; private set; }

    public async IAsyncEnumerable<LiveTrade> StreamAsync(IReadOnlyList<string> symbols, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var connection = new ScriptedConnection(symbols);
        _connections.Enqueue(connection);
        if (Refusal is { } refusal)
            throw new ProviderStreamException(refusal);

        lock (_connections)
            MostOpen = Math.Max(MostOpen, Interlocked.Increment(ref _open));
        try
        {
            await foreach (var trade in connection.Trades.Reader.ReadAllAsync(cancellationToken))
                yield return trade;
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }
}

/// <summary>One connection of it.</summary>
internal sealed class ScriptedConnection(IReadOnlyList<string> symbols)
{
    public IReadOnlyList<string> Symbols => symbols;

    public Channel<LiveTrade> Trades { get; } = Channel.CreateUnbounded<LiveTrade>();

    public void Send(params LiveTrade[] trades)
    {
        foreach (var trade in trades)
            Trades.Writer.TryWrite(trade);
    }

    /// <summary>The vendor ends it; with a reason, or as if all were well.</summary>
    public void Break(ProviderError? error = null) => Trades.Writer.Complete(error is null ? null : new ProviderStreamException(error));
}
