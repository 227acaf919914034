using StocksDapr.Query;

await QueryService.Build(args).RunAsync();
