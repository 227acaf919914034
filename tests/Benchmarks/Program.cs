using BenchmarkDotNet.Running;
using StocksDapr.Benchmarks;

// What is measured, how, and the figures: README.md beside this file.
switch (args)
{
    case ["micro", .. var rest]:
        BenchmarkSwitcher.FromAssembly(typeof(WholeSystem).Assembly).Run(rest);
        return 0;
    case [] or ["all" or "write" or "query" or "import" or "import-rabbitmq" or "gateway" or "sidecar" or "workflow" or "stream"]:
        await WholeSystem.RunAsync(args is [var only] ? only : "all", CancellationToken.None);
        return 0;
    default:
        await Console.Error.WriteLineAsync("Usage: [all|write|query|import|import-rabbitmq|gateway|sidecar|workflow|stream] or micro [BenchmarkDotNet arguments]");
        return 2;
}
