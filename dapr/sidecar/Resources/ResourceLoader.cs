using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.Resources;

/// <summary>Reads the resource folders and configuration files of one sidecar.</summary>
internal static class ResourceLoader
{
    private const string Alpha1 = "dapr.io/v1alpha1";
    private const string Alpha2 = "dapr.io/v2alpha1";

    /// <summary>
    /// Reads everything that is meant for this application. A document that cannot be decoded is logged and left out; what daprd dies of is thrown.
    /// </summary>
    /// <exception cref="SidecarStartException">A folder or configuration cannot be read, or two resources of a kind have one name.</exception>
    public static ResourceSet Load(SidecarOptions options, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(logger);
        var reading = new Reading(options, logger);
        foreach (var folder in options.ResourcesPaths)
        {
            foreach (var document in ResourceFolder.Read(Path.GetFullPath(folder, options.WorkingDirectory), reading.BrokenFiles, logger)) reading.Take(document);
        }

        if (reading.Duplicates.Count > 0) throw new SidecarStartException(string.Join(Environment.NewLine, reading.Duplicates));
        return new ResourceSet
        {
            Components = reading.Components,
            Resiliencies = reading.Resiliencies,
            Subscriptions = reading.Subscriptions,
            HttpEndpoints = reading.HttpEndpoints,
            BrokenFiles = reading.BrokenFiles,
            Configuration = ConfigurationReader.Load(options),
        };
    }

    /// <summary>What has been found so far.</summary>
    private sealed class Reading(SidecarOptions options, ILogger logger)
    {
        private readonly Dictionary<(string Kind, string Name), string> _files = [];

        public List<ComponentResource> Components { get; } = [];

        public List<ResiliencyResource> Resiliencies { get; } = [];

        public List<SubscriptionResource> Subscriptions { get; } = [];

        public Dictionary<string, HttpEndpointResource> HttpEndpoints { get; } = new(StringComparer.Ordinal);

        public HashSet<string> BrokenFiles { get; } = [];

        public List<string> Duplicates { get; } = [];

        public void Take(ResourceDocument document)
        {
            try
            {
                switch (document.Kind)
                {
                    case "Component" when Is(document, Alpha1) && IsMine(document):
                        Components.Add(ComponentReader.Read(document));
                        break;
                    case "Resiliency" when Is(document, Alpha1):
                        TakeResiliency(document);
                        break;
                    case "Subscription" when Is(document, Alpha1, Alpha2) && IsMine(document):
                        Subscriptions.Add(SubscriptionReader.Read(document, isAlpha1: document.ApiVersion == Alpha1));
                        break;
                    case "HTTPEndpoint" when Is(document, Alpha1) && IsMine(document):
                        HttpEndpoints[document.Name] = new HttpEndpointResource(
                            document.Root["spec"]["baseUrl"].Text() ?? "",
                            [.. document.Root["spec"]["headers"].Items().Select(header => (header["name"].Text() ?? "", header["value"].Dynamic() ?? ""))]);
                        break;
                }
            }
            catch (ResourceFormatException error)
            {
                BrokenFiles.Add(document.File);
                ResourceLog.DocumentSkipped(logger, document.File, error.Message);
            }
        }

        private void TakeResiliency(ResourceDocument document)
        {
            if (!document.IsFirst) ResourceLog.ResiliencyNotFirst(logger, document.File, document.Name);
            else if (IsInScope(document)) Resiliencies.Add(ResiliencyReader.Read(document));
        }

        private bool Is(ResourceDocument document, params ReadOnlySpan<string> versions)
        {
            if (versions.Contains(document.ApiVersion)) return true;
            ResourceLog.WrongApiVersion(logger, document.File, document.Kind, document.Name, document.ApiVersion, string.Join(" or ", versions!));
            return false;
        }

        /// <summary>False for another namespace or application; notes a name that is taken.</summary>
        private bool IsMine(ResourceDocument document)
        {
            if (!string.IsNullOrEmpty(options.Namespace) && !string.IsNullOrEmpty(document.Namespace) && document.Namespace != options.Namespace) return false;
            if (document.Name is "" or "." or ".." || document.Name.AsSpan().IndexOfAny('/', '%') >= 0)
            {
                throw new ResourceFormatException($"invalid name '{document.Name}' of a {document.Kind}: metadata.name must be given and must not hold '/' or '%'");
            }

            var key = (document.Kind, document.Name);
            if (_files.TryGetValue(key, out var other))
            {
                Duplicates.Add($"{document.Kind} {document.Name} is defined twice: in {other} and in {document.File}; give one of them another name, or scopes");
                return false;
            }

            if (!IsInScope(document)) return false;
            _files[key] = document.File;
            return true;
        }

        private bool IsInScope(ResourceDocument document) => document.Scopes.Count == 0 || document.Scopes.Contains(options.AppId, StringComparer.Ordinal);
    }
}
