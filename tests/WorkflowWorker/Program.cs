using Dapr.Workflow;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StocksDapr.WorkflowWorker;

// A worker in a process of its own, so that tests can kill it. Where its sidecar is, the environment says (DAPR_GRPC_PORT).
var builder = Host.CreateApplicationBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Error);
builder.Services.AddDaprWorkflow(options =>
{
    options.RegisterWorkflow<Rounds>();
    options.RegisterWorkflow<Part>();
    options.RegisterActivity<Square>();
});
await builder.Build().RunAsync();
