using System.Text.Json;
using Dapr.Client;
using Dapr.Common.Serialization;
using Dapr.Workflow.Grpc;
using Dapr.Workflow.Registration;
using Dapr.Workflow.Serialization;
using Dapr.Workflow.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow;

/// <summary>Adds workflows to a host: a worker that runs them, and a client that starts them.</summary>
public static class WorkflowServiceCollectionExtensions
{
    /// <summary>Adds a worker that can run nothing, and a client.</summary>
    public static IServiceCollection AddDaprWorkflow(this IServiceCollection services) => services.AddDaprWorkflow(_ => { });

    /// <summary>Adds a worker and a client.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Registers workflows and activities.</param>
    /// <param name="lifetime">The client's.</param>
    public static IServiceCollection AddDaprWorkflow(
        this IServiceCollection services, Action<WorkflowRuntimeOptions> configure, ServiceLifetime lifetime = ServiceLifetime.Singleton)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.AddDaprWorkflowBuilder(configure, configureClient: null, lifetime);
        return services;
    }

    /// <summary>Adds a worker and a client, and goes on configuring them.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configureRuntime">Registers workflows and activities.</param>
    /// <param name="configureClient">Configures the client.</param>
    /// <param name="lifetime">The client's.</param>
    public static DaprWorkflowBuilder AddDaprWorkflowBuilder(
        this IServiceCollection services,
        Action<WorkflowRuntimeOptions>? configureRuntime,
        Action<IServiceProvider, DaprWorkflowClientBuilder>? configureClient = null,
        ServiceLifetime lifetime = ServiceLifetime.Singleton)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (!Enum.IsDefined(lifetime))
            throw new ArgumentOutOfRangeException(nameof(lifetime), lifetime, "Invalid service lifetime");

        var options = new WorkflowRuntimeOptions();
        configureRuntime?.Invoke(options);
        services.AddLogging();
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<GrpcMessageSizes>();
        services.TryAddSingleton<IDaprSerializer>(provider => (IDaprSerializer?)provider.GetService<IWorkflowSerializer>() ?? new JsonDaprSerializer());
        services.TryAddSingleton<IWorkflowsFactory>(provider =>
        {
            var factory = new WorkflowsFactory(provider.GetRequiredService<ILogger<WorkflowsFactory>>());
            foreach (var registered in provider.GetServices<WorkflowRuntimeOptions>())
                registered.ApplyRegistrations(factory);
            return factory;
        });
        services.TryAddSingleton(WorkerHub);
        services.TryAddSingleton<TurnRunner>();
        services.TryAddSingleton<ActivityRunner>();
        services.TryAddSingleton<WorkItemProcessor>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, WorkflowWorker>());
        services.Add(new ServiceDescriptor(typeof(DaprWorkflowClient), provider => BuildClient(provider, configureClient), lifetime));
        services.TryAdd(new ServiceDescriptor(typeof(IDaprWorkflowClient), provider => provider.GetRequiredService<DaprWorkflowClient>(), lifetime));
        return new DaprWorkflowBuilder(services);
    }

    private static DaprWorkflowClient BuildClient(IServiceProvider provider, Action<IServiceProvider, DaprWorkflowClientBuilder>? configure)
    {
        var builder = new DaprWorkflowClientBuilder(provider.GetService<IConfiguration>()).UseServiceProvider(provider);
        configure?.Invoke(provider, builder);
        return builder.Build();
    }

    private static TaskHub WorkerHub(IServiceProvider provider)
    {
        var sizes = provider.GetRequiredService<GrpcMessageSizes>();
        var configuration = provider.GetService<IConfiguration>();
        Func<string, string?>? values = configuration is null ? null : name => configuration[name];
        return new TaskHub(new GrpcConnection(new GrpcConnectionOptions(new Uri(SidecarDefaults.GrpcEndpoint(values)))
        {
            ApiToken = SidecarDefaults.DaprApiToken(values),
            MaxReceiveMessageSize = sizes.MaxReceive ?? GrpcConnectionOptions.DefaultMaxReceiveMessageSize,
            MaxSendMessageSize = sizes.MaxSend,
        }));
    }

    /// <summary>Goes on configuring workflows.</summary>
    public readonly struct DaprWorkflowBuilder : IDaprWorkflowBuilder
    {
        internal DaprWorkflowBuilder(IServiceCollection services) => Services = services;

        /// <inheritdoc/>
        public IServiceCollection Services { get; }

        /// <summary>How payloads are written and read.</summary>
        public DaprWorkflowBuilder WithSerializer(IDaprSerializer serializer)
        {
            ArgumentNullException.ThrowIfNull(serializer);
            Services.Replace(ServiceDescriptor.Singleton(serializer));
            return this;
        }

        /// <inheritdoc cref="WithSerializer(IDaprSerializer)"/>
        public DaprWorkflowBuilder WithSerializer(Func<IServiceProvider, IWorkflowSerializer> serializerFactory)
        {
            ArgumentNullException.ThrowIfNull(serializerFactory);
            Services.Replace(ServiceDescriptor.Singleton<IDaprSerializer>(serializerFactory));
            return this;
        }

        /// <summary>Payloads are JSON, written and read as the options say.</summary>
        public DaprWorkflowBuilder WithJsonSerializer(JsonSerializerOptions jsonOptions)
        {
            ArgumentNullException.ThrowIfNull(jsonOptions);
            return WithSerializer(new JsonDaprSerializer(jsonOptions));
        }

        /// <summary>How big messages from and to the sidecar may be, in bytes; null leaves a limit as it is.</summary>
        public DaprWorkflowBuilder WithGrpcMessageSizeLimits(int? maxReceiveMessageSize = null, int? maxSendMessageSize = null)
        {
            if (maxReceiveMessageSize is { } receive)
                ArgumentOutOfRangeException.ThrowIfNegativeOrZero(receive, nameof(maxReceiveMessageSize));
            if (maxSendMessageSize is { } send)
                ArgumentOutOfRangeException.ThrowIfNegativeOrZero(send, nameof(maxSendMessageSize));

            var before = Services.LastOrDefault(service => service.ServiceType == typeof(GrpcMessageSizes))?.ImplementationInstance as GrpcMessageSizes;
            Services.Replace(ServiceDescriptor.Singleton(new GrpcMessageSizes
            {
                MaxReceive = maxReceiveMessageSize ?? before?.MaxReceive,
                MaxSend = maxSendMessageSize ?? before?.MaxSend,
            }));
            return this;
        }
    }
}
