using System.Text.Json;
using Dapr.Common;
using Dapr.Common.Serialization;
using Dapr.Workflow.Client;
using Dapr.Workflow.Grpc;
using Dapr.Workflow.Serialization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dapr.Workflow.Registration;

/// <summary>Makes a <see cref="DaprWorkflowClient"/>. One that belongs to a host reads and writes payloads as the host's worker does, unless told otherwise.</summary>
public sealed class DaprWorkflowClientBuilder(IConfiguration? configuration = null) : DaprGenericClientBuilder<DaprWorkflowClient>(configuration)
{
    private IDaprSerializer? _serializer;
    private Func<IServiceProvider, IWorkflowSerializer>? _serializerFactory;
    private IServiceProvider? _services;

    /// <summary>How payloads are written and read.</summary>
    public DaprWorkflowClientBuilder UseSerializer(IDaprSerializer serializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        _serializer = serializer;
        _serializerFactory = null;
        return this;
    }

    /// <summary>How payloads are written and read; of use only where there is a host.</summary>
    public DaprWorkflowClientBuilder UseSerializer(Func<IServiceProvider, IWorkflowSerializer> serializerFactory)
    {
        ArgumentNullException.ThrowIfNull(serializerFactory);
        _serializerFactory = serializerFactory;
        _serializer = null;
        return this;
    }

    /// <summary>Payloads are JSON, written and read as the options say.</summary>
    public DaprWorkflowClientBuilder UseJsonSerializer(JsonSerializerOptions jsonOptions)
    {
        ArgumentNullException.ThrowIfNull(jsonOptions);
        return UseSerializer(new JsonDaprSerializer(jsonOptions));
    }

    /// <inheritdoc/>
    public override DaprWorkflowClient Build()
    {
        var loggers = _services?.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        var clock = _services?.GetService<TimeProvider>() ?? TimeProvider.System;
        var workflows = new TaskHubWorkflows(new TaskHub(Connection()), Serializer(), loggers.CreateLogger<DaprWorkflowClient>(), clock);
        return new DaprWorkflowClient(workflows);
    }

    internal DaprWorkflowClientBuilder UseServiceProvider(IServiceProvider services)
    {
        _services = services;
        return this;
    }

    private GrpcConnection Connection()
    {
        var sizes = _services?.GetService<GrpcMessageSizes>() ?? new GrpcMessageSizes();
        return new GrpcConnection(new GrpcConnectionOptions(new Uri(GrpcEndpoint))
        {
            ApiToken = DaprApiToken,
            MaxReceiveMessageSize = sizes.MaxReceive ?? GrpcConnectionOptions.DefaultMaxReceiveMessageSize,
            MaxSendMessageSize = sizes.MaxSend,
            Timeout = Timeout > TimeSpan.Zero ? Timeout : null,
            Http = HttpClientFactory,
        });
    }

    private IDaprSerializer Serializer() =>
        _serializer
        ?? (_services is not null ? _serializerFactory?.Invoke(_services) : null)
        ?? _services?.GetService<IDaprSerializer>()
        ?? new JsonDaprSerializer(JsonSerializerOptions);
}
