using System.Collections.Concurrent;
using System.Security.Cryptography;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Running.Processes;

namespace StocksDapr.Sidecar.Peers;

/// <summary>
/// How sidecars in different processes of one machine find each other, in place of daprd's multicast DNS. Sidecars alone see everybody; those of a run see
/// their own and the ones alone, but not another run, which may be there beside it with the same application ids.
/// </summary>
internal sealed class PeerDirectory : IDisposable
{
    private const int SecretBytes = 32;

    private readonly PeerFolder _folder;
    private readonly bool _isRun;
    private readonly ILogger _log;
    private readonly string _mesh = Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<string, PeerChannel> _channels = new(StringComparer.Ordinal);
    private uint _turn;

    private PeerDirectory(PeerFolder folder, bool isRun, ILogger log)
    {
        _folder = folder;
        _isRun = isRun;
        _log = log;
    }

    /// <summary>Opens the directory; null when its folder cannot be used, which is logged: the sidecar works without, but nobody finds it.</summary>
    /// <param name="isRun">True for the sidecars of a run, false for a sidecar alone.</param>
    /// <param name="environment">Finds an environment variable.</param>
    /// <param name="loggers">For what is noticed.</param>
    /// <param name="time">The clock.</param>
    public static PeerDirectory? TryOpen(bool isRun, Func<string, string?> environment, ILoggerFactory loggers, TimeProvider time)
    {
        var log = loggers.CreateLogger<PeerDirectory>();
        try
        {
            return new PeerDirectory(PeerFolder.Open(environment, time), isRun, log);
        }
        catch (IOException unusable)
        {
            log.NoDirectory(unusable.Message);
            return null;
        }
    }

    /// <summary>Tells the others of a sidecar, and takes away what dead ones have left.</summary>
    /// <returns>The entry, with the secret that calls must carry; see <see cref="Remove"/>.</returns>
    public PeerEntry Add(SidecarOptions sidecar, int port)
    {
        var entry = new PeerEntry
        {
            Id = Guid.NewGuid().ToString("N"),
            AppId = sidecar.AppId,
            Namespace = sidecar.Namespace,
            IsRun = _isRun,
            Mesh = _mesh,
            Machine = Environment.MachineName,
            Port = port,
            Secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes)),
            Process = ProcessIdentity.Current,
        };
        foreach (var dead in _folder.Read().Where(other => !other.Process.IsAlive)) Remove(dead);
        try
        {
            _folder.Write(entry);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            _log.NoDirectory(unusable.Message);
        }

        return entry;
    }

    /// <summary>The sidecar is not there any more.</summary>
    public void Remove(PeerEntry entry)
    {
        try
        {
            _folder.Remove(entry);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            _log.EntryRemains(entry.AppId, unusable.Message);
        }
    }

    /// <summary>Who answers to an id in other processes.</summary>
    public PeerSet Find(string appId)
    {
        IReadOnlyList<PeerEntry> all;
        try
        {
            all = _folder.Read();
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            _log.NoDirectory(unusable.Message);
            return PeerSet.None;
        }

        List<PeerEntry>? named = null;
        foreach (var entry in all)
        {
            if (entry.Mesh != _mesh && entry.AppId.Equals(appId, StringComparison.OrdinalIgnoreCase) && IsSeen(entry)) (named ??= []).Add(entry);
        }

        if (named is null) return PeerSet.None;
        var alive = named.Where(entry => entry.Process.IsAlive).ToList();
        return new PeerSet(alive, alive.Count == 0 ? named[0] : null);
    }

    /// <summary>Whose turn it is among several.</summary>
    public int Turn(int count) => (int)(Interlocked.Increment(ref _turn) % (uint)count);

    public PeerChannel ChannelTo(PeerEntry entry) => _channels.GetOrAdd(entry.Id, _ => new PeerChannel(entry));

    public void Dispose()
    {
        foreach (var channel in _channels.Values) channel.Dispose();
        _channels.Clear();
    }

    private bool IsSeen(PeerEntry entry) => !_isRun || !entry.IsRun;
}

/// <summary>Those who answer to one id.</summary>
/// <param name="Alive">Their processes run.</param>
/// <param name="Dead">Somebody whose process ended without taking its entry away, when nobody is alive.</param>
internal sealed record PeerSet(IReadOnlyList<PeerEntry> Alive, PeerEntry? Dead)
{
    public static PeerSet None { get; } = new([], null);
}
