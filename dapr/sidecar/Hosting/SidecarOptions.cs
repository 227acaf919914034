namespace StocksDapr.Sidecar.Hosting;

/// <summary>What one virtual sidecar is told: daprd's flags and environment, by their own names. Immutable after start.</summary>
public sealed record SidecarOptions
{
    /// <summary>The application's id (<c>--app-id</c>).</summary>
    public required string AppId { get; init; }

    /// <summary>Namespace (<c>NAMESPACE</c>); null when none is set, which daprd treats as <c>default</c> in most places.</summary>
    public string? Namespace { get; init; }

    /// <summary>Port on which the application listens; 0 or null = there is no application to call.</summary>
    public int? AppPort { get; init; }

    /// <summary>Host of the application (<c>--app-channel-address</c>).</summary>
    public string AppHost { get; init; } = "127.0.0.1";

    /// <summary>Protocol of the application: <c>http</c>, <c>https</c> (certificate not verified) or <c>h2c</c>.</summary>
    public string AppProtocol { get; init; } = "http";

    /// <summary>The sidecar's HTTP port; 0 = any free one (see <see cref="VirtualSidecar.HttpPort"/>).</summary>
    public int HttpPort { get; init; }

    /// <summary>The sidecar's gRPC port (<c>--dapr-grpc-port</c>); 0 = any free one, null = no gRPC server.</summary>
    public int? GrpcPort { get; init; }

    /// <summary>The port for calls of sidecars in other processes (<c>--dapr-internal-grpc-port</c>); 0 = any free one.</summary>
    public int InternalPort { get; init; }

    /// <summary>Addresses of the HTTP and the gRPC port (<c>--dapr-listen-addresses</c>); empty = this machine only, by IPv4 and IPv6. An empty text is every address.</summary>
    public IReadOnlyList<string> ListenAddresses { get; init; } = [];

    /// <summary>A port that answers for health and metadata only, without a token (<c>--dapr-public-port</c>); null = none.</summary>
    public int? PublicPort { get; init; }

    /// <summary>Address of the public port; empty = this machine only.</summary>
    public string PublicAddress { get; init; } = "";

    /// <summary>Folders with component, resiliency and subscription YAML, in load order.</summary>
    public IReadOnlyList<string> ResourcesPaths { get; init; } = [];

    /// <summary>Configuration files; later ones override earlier ones.</summary>
    public IReadOnlyList<string> ConfigPaths { get; init; } = [];

    /// <summary>Token that callers of this sidecar must send (<c>DAPR_API_TOKEN</c>); null = none.</summary>
    public string? ApiToken { get; init; }

    /// <summary>Token that this sidecar sends to the application (<c>APP_API_TOKEN</c>); null = none.</summary>
    public string? AppToken { get; init; }

    /// <summary>Application health checks; null = off.</summary>
    public AppHealthOptions? AppHealth { get; init; }

    /// <summary>Calls to the application under way at once; -1 = unlimited.</summary>
    public int AppMaxConcurrency { get; init; } = -1;

    /// <summary>Largest request body, in bytes.</summary>
    public long MaxBodySize { get; init; } = 4 * 1024 * 1024;

    /// <summary>Largest request header block, in bytes; 4 KiB of slack come on top, as in daprd.</summary>
    public int ReadBufferSize { get; init; } = 4 * 1024;

    /// <summary>True = every call of the API is logged (<c>--enable-api-logging</c>).</summary>
    public bool ApiLogging { get; init; }

    /// <summary>How often the resources are read even if no change was noticed.</summary>
    public TimeSpan ReloadInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a graceful stop waits for what is under way (<c>--dapr-graceful-shutdown-seconds</c>).</summary>
    public TimeSpan GracefulShutdown { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a stop is put off (<c>--dapr-block-shutdown-duration</c>): subscriptions and input bindings end at once, the API goes on answering; an unhealthy application ends it.</summary>
    public TimeSpan BlockShutdown { get; init; }

    /// <summary>Limit of the OPTIONS probe of an input binding.</summary>
    public TimeSpan AppBindingOptionsTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Origins allowed by CORS; empty = CORS is off, <c>*</c> = all.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Initial calls to the application that are left out: <c>config</c>, <c>subscribe</c>.</summary>
    public IReadOnlyList<string> DisableInitEndpoints { get; init; } = [];

    /// <summary>Values shown under <c>extended</c> by the metadata endpoint from the start.</summary>
    public IReadOnlyDictionary<string, string> ExtendedMetadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Folder that relative paths in components are relative to; default: the process's working directory.</summary>
    public string WorkingDirectory { get; init; } = Directory.GetCurrentDirectory();

    /// <summary>The environment that components see (<c>envRef</c>, local.env); null = the process's own.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>Version reported as <c>runtimeVersion</c>: the daprd whose behaviour is followed.</summary>
    public string RuntimeVersion { get; init; } = "1.18.3";

    /// <summary>True when there is an application to call.</summary>
    public bool HasApp => AppPort is > 0;

    /// <summary>The value of an environment variable as components see it; null when it is not set.</summary>
    public string? GetEnvironmentVariable(string name) =>
        Environment is null ? System.Environment.GetEnvironmentVariable(name) : Environment.GetValueOrDefault(name);
}
