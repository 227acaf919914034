using RabbitMQ.Client;

namespace StocksDapr.Sidecar.PubSub.RabbitMq;

/// <summary>
/// A connection that is made when it is needed and made anew when it was lost. Everybody who asks while it is being made gets the same attempt and its
/// outcome, so that an unreachable broker costs its callers one wait, not one after the other.
/// </summary>
internal sealed class RabbitMqConnection : IAsyncDisposable
{
    /// <summary>What RabbitMQ itself lets through, and daprd's client does not limit.</summary>
    private const uint LargestMessage = 512 * 1024 * 1024;

    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _disposing = new();
    private readonly ConnectionFactory _factory;
    private readonly RabbitMqPubSubSettings _settings;
    private readonly string? _name;
    private readonly ILogger _log;
    private Task<IConnection>? _current;

    public RabbitMqConnection(RabbitMqPubSubSettings settings, ILogger log)
    {
        _settings = settings;
        _log = log;
        _name = settings.ClientName.Length > 0 ? settings.ClientName : null;
        _factory = CreateFactory(settings);
    }

    /// <summary>Opens a channel, connecting first if need be.</summary>
    /// <exception cref="RabbitMqException">The broker cannot be reached, or gives no channel.</exception>
    public async Task<IChannel> OpenChannelAsync(bool confirms, CancellationToken cancellationToken)
    {
        var connection = await GetAsync().WaitAsync(cancellationToken);
        try
        {
            return await connection.CreateChannelAsync(
                new CreateChannelOptions(confirms, publisherConfirmationTrackingEnabled: false, outstandingPublisherConfirmationsRateLimiter: null, consumerDispatchConcurrency: 1),
                cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw RabbitMqException.Of(failure);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task<IConnection>? last;
        lock (_lock)
        {
            if (_disposing.IsCancellationRequested) return;
            _disposing.Cancel();
            last = _current;
        }

        if (last is not null)
        {
            await last.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            if (last.IsCompletedSuccessfully) await CloseAsync(last.Result);
        }

        _disposing.Dispose();
    }

    private Task<IConnection> GetAsync()
    {
        lock (_lock)
        {
            if (_disposing.IsCancellationRequested) throw new ObjectDisposedException(nameof(RabbitMqConnection), "component is closed");
            if (_current is { IsCompleted: false } or { IsCompletedSuccessfully: true, Result.IsOpen: true }) return _current;
            return _current = ConnectAsync(_current);
        }
    }

    private async Task<IConnection> ConnectAsync(Task<IConnection>? lost)
    {
        await Task.Yield();
        if (lost is { IsCompletedSuccessfully: true }) await lost.Result.DisposeAsync();
        try
        {
            var connection = await _factory.CreateConnectionAsync(_name, _disposing.Token);
            _log.Connected(_settings.Address);
            return connection;
        }
        catch (Exception failure) when (!_disposing.IsCancellationRequested)
        {
            throw RabbitMqException.Unreachable(_settings.Address, failure);
        }
    }

    private static async Task CloseAsync(IConnection connection)
    {
        // Abort: closes properly when the broker answers, and never throws when it does not.
        await connection.AbortAsync(CloseLimit);
        await connection.DisposeAsync();
    }

    private static ConnectionFactory CreateFactory(RabbitMqPubSubSettings settings)
    {
        var address = settings.Address;
        var factory = new ConnectionFactory
        {
            HostName = address.Host,
            Port = address.Port,
            UserName = address.User,
            Password = address.Password,
            VirtualHost = address.VirtualHost,
            RequestedHeartbeat = settings.Heartbeat,
            MaxInboundMessageBodySize = LargestMessage,

            // Connecting again and declaring again follow daprd's rules, which are not the client's.
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
        };
        if (!address.IsTls) return factory;
        factory.Ssl = new SslOption(address.Host, enabled: true);
        if (settings.CertificateAuthorities is { } authorities) factory.Ssl.CertificateValidationCallback = RabbitMqCertificates.TrustOnly(authorities);
        if (settings.ClientCertificate is { } certificate) factory.Ssl.Certs = [certificate];
        if (settings.SaslExternal) factory.AuthMechanisms = [new ExternalMechanismFactory()];
        return factory;
    }
}
