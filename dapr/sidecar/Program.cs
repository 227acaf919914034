using StocksDapr.Sidecar.Commands;

return await StocksCommands.RunAsync(args);
