using StocksDapr.Gateway;

await GatewayService.Build(args).RunAsync();
