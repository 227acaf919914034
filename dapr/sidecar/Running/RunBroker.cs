using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.RabbitMq;
using StocksDapr.Sidecar.Resources;
using StocksDapr.Sidecar.Running.Records;
using StocksDapr.Sidecar.Running.Servers;
using StocksDapr.Sidecar.Running.Supervision;
using StocksDapr.Sidecar.Running.Templates;

namespace StocksDapr.Sidecar.Running;

/// <summary>
/// The RabbitMQ of a run whose components want one: the one that the environment variable STOCKS_RABBITMQ names, else a private one in the data folder.
/// </summary>
internal sealed class RunBroker : IAsyncDisposable
{
    /// <summary>The secret that components refer to: an AMQP URL.</summary>
    public const string Variable = "STOCKS_RABBITMQ";

    private readonly ServiceRow _row;
    private readonly RabbitMqBroker? _broker;
    private readonly ServerRow? _shown;

    private RunBroker(ServiceRow row, RabbitMqBroker? broker, string connectionString)
    {
        _row = row;
        _broker = broker;
        ConnectionString = connectionString;
        _shown = broker is null ? null : new ServerRow(row, broker);
    }

    /// <summary>An AMQP URL with user and password.</summary>
    public string ConnectionString { get; }

    /// <summary>Whether a component of the run takes its connection from the secret. What cannot be read is the sidecars' to complain about.</summary>
    public static bool IsWanted(RunPlan plan) => plan.Apps.Any(app =>
    {
        try
        {
            var options = new SidecarOptions { AppId = app.AppId, ResourcesPaths = app.ResourcesPaths, WorkingDirectory = app.Directory };
            return ResourceLoader.Load(options, NullLogger.Instance).Components
                .SelectMany(component => component.Properties)
                .Any(property => property.Secret?.Name == Variable || property.EnvRef == Variable);
        }
        catch (SidecarStartException)
        {
            return false;
        }
    });

    /// <exception cref="RunFailedException">It cannot be had.</exception>
    public static async Task<RunBroker> StartAsync(DataFolder data, ServiceRow row, Action<string> report, CancellationToken cancellationToken)
    {
        row.State = ServiceState.Starting;
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return await UseAsync(given, row, cancellationToken);

        var settings = new RabbitMqSettings
        {
            Report = text =>
            {
                row.LastLine = text.Split('\n')[0];
                report(text);
            },
        };
        var broker = await RabbitMqBroker.StartAsync(data.RabbitMq, settings, cancellationToken);
        return new RunBroker(row, broker, broker.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        if (_shown is not null)
            await _shown.DisposeAsync();
        _row.State = ServiceState.Stopping;
        if (_broker is not null)
            await _broker.DisposeAsync();
        _row.Process = null;
        _row.State = ServiceState.Stopped;
    }

    private static async Task<RunBroker> UseAsync(string url, ServiceRow row, CancellationToken cancellationToken)
    {
        try
        {
            var factory = new ConnectionFactory { Uri = new Uri(url), AutomaticRecoveryEnabled = false };
            row.Address = FormattableString.Invariant($"{factory.HostName}:{factory.Port}");
            await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is BrokerUnreachableException or ArgumentException or UriFormatException)
        {
            // Never the URL itself: it holds the password.
            throw new RunFailedException(
                $"The broker that {Variable} names cannot be used: {exception.GetBaseException().Message.TrimEnd('.')}. It is a URL such as amqp://user:password@host:5672.", exception);
        }

        row.State = ServiceState.Ready;
        return new RunBroker(row, null, url);
    }
}
