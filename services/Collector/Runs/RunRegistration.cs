using Dapr.Client;
using Dapr.Workflow;
using StocksDapr.Collector.Backfills;
using StocksDapr.Collector.CrossChecks;
using StocksDapr.Collector.EndOfDay;
using StocksDapr.Collector.OptionChains;
using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Schedules;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Json;

namespace StocksDapr.Collector.Runs;

internal static class RunRegistration
{
    private static readonly TimeSpan QueryTimeout = TimeSpan.FromSeconds(20);

    /// <summary>The workflows, what they call, and what watches over them.</summary>
    public static WebApplicationBuilder AddRuns(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddDaprWorkflowBuilder(options =>
        {
            options.RegisterActivity<BeginRun>();
            options.RegisterActivity<AnnounceRun>();
            options.RegisterActivity<FetchPart>();
            options.RegisterActivity<AwaitStored>();
            options.RegisterActivity<MarkUnknown>();
            options.RegisterWorkflow<CollectSlot>();
            options.RegisterActivity<PlanSlot>();
            options.RegisterWorkflow<FetchReference>();
            options.RegisterActivity<FetchReferencePart>();
            options.RegisterWorkflow<RunBackfill>();
            options.RegisterWorkflow<CloseSession>();
            options.RegisterActivity<PlanSession>();
            options.RegisterActivity<CheckSession>();
            options.RegisterWorkflow<CrossCheckSession>();
            options.RegisterActivity<PlanCrossCheck>();
            options.RegisterActivity<CompareSymbol>();
            options.RegisterWorkflow<CollectOptions>();
            options.RegisterActivity<ListUnderlyings>();
            options.RegisterActivity<FetchChain>();
        }).WithJsonSerializer(ContractsJson.Options);
        services.AddSingleton<IWorkflowRuns, WorkflowRuns>();
        services.AddSingleton<IRunClaims, RunClaims>();
        services.AddSingleton<RunAnnouncer>();
        services.AddSingleton<PartFetch>();
        services.AddSingleton<IRunReceipts>(provider => new QueryRunReceipts(Query(provider)));
        services.AddSingleton<IStoredValues>(provider => new QueryStoredValues(Query(provider)));
        services.AddSingleton<IOpenRuns>(provider => new QueryOpenRuns(Query(provider)));
        services.AddHostedService<RunWatch>();
        return builder;
    }

    internal static HttpClient Query(IServiceProvider provider)
    {
        var query = provider.GetRequiredService<DaprClient>().CreateInvokableHttpClient(AppIds.Query);
        query.Timeout = QueryTimeout;
        return query;
    }
}
