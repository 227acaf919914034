using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace StocksDapr.Sidecar.Workflows;

/// <summary>What becomes of a commit on its way through a <see cref="PostgresEntrance"/>.</summary>
public enum CommitFate
{
    /// <summary>It passes, and so does its answer.</summary>
    Answered,

    /// <summary>The server carries it out, and the connection is gone before the answer.</summary>
    Unanswered,

    /// <summary>The connection is gone before it reaches the server.</summary>
    Lost,
}

/// <summary>An entrance to a PostgreSQL server at which a test may break off a connection at the worst moment: in the commit itself.</summary>
public sealed class PostgresEntrance : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly int _target;
    private readonly Task _accepting;

    /// <param name="connectionString">Npgsql connection string of a server on this machine.</param>
    public PostgresEntrance(string connectionString)
    {
        var target = new NpgsqlConnectionStringBuilder(connectionString);
        _target = target.Port;
        _listener.Start();
        target.Host = "127.0.0.1";
        target.Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        ConnectionString = target.ConnectionString;
        _accepting = AcceptAsync();
    }

    /// <summary>The same, through the entrance.</summary>
    public string ConnectionString { get; }

    /// <summary>Asked at each commit, before the server sees it.</summary>
    public Func<Task<CommitFate>> OnCommit { get; set; } = () => Task.FromResult(CommitFate.Answered);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true) serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_closing.Token)));
        }
        catch (Exception closed) when (closed is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient accepted)
    {
        using var client = accepted;
        using var server = new TcpClient { NoDelay = true };
        client.NoDelay = true;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target, _closing.Token);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
            using var answers = CancellationTokenSource.CreateLinkedTokenSource(ended.Token);
            var back = server.GetStream().CopyToAsync(client.GetStream(), answers.Token);
            var forth = ForwardAsync(client.GetStream(), server.GetStream(), back, answers, ended.Token);
            await Task.WhenAny(back, forth);
            if (answers.IsCancellationRequested) await forth;
            await ended.CancelAsync();
            await Task.WhenAll(back, forth).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or SocketException)
        {
            // One of the two went away.
        }
    }

    private async Task ForwardAsync(NetworkStream client, NetworkStream server, Task back, CancellationTokenSource answers, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        while (await client.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            var fate = buffer.AsSpan(0, count).IndexOf("COMMIT\0"u8) < 0 ? CommitFate.Answered : await OnCommit();
            if (fate == CommitFate.Answered)
            {
                await server.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                continue;
            }

            // From here on the client hears nothing more.
            await answers.CancelAsync();
            await back.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (fate == CommitFate.Lost) return;
            await server.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            await server.ReadAtLeastAsync(buffer, 1, throwOnEndOfStream: false, cancellationToken);
            return;
        }
    }
}
