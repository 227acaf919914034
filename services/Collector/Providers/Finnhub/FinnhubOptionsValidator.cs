using Microsoft.Extensions.Options;
using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.Finnhub;

/// <summary>Says at start what is wrong with what Finnhub's section has beyond other vendors'.</summary>
internal sealed class FinnhubOptionsValidator : IValidateOptions<FinnhubOptions>
{
    private const string Section = $"{VendorOptions.Section}:{FinnhubProvider.ProviderName}";
    private const int MostSymbols = 10_000;

    public ValidateOptionsResult Validate(string? name, FinnhubOptions options)
    {
        List<string> problems = [];
        if (!IsSafe(options.StreamAddress))
        {
            // The key travels with the connection.
            problems.Add(
                $"{Section}:{nameof(options.StreamAddress)} is not an address that a key may be sent to; it is a wss address without user, query and fragment, such as wss://ws.finnhub.io, or a ws address of this machine.");
        }

        if (options.MaxStreamedSymbols is < 1 or > MostSymbols)
            problems.Add($"{Section}:{nameof(options.MaxStreamedSymbols)} is {options.MaxStreamedSymbols}; it is a number from 1 to {MostSymbols}, such as 50.");
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static bool IsSafe(Uri address) =>
        address.IsAbsoluteUri
        && (address.Scheme == Uri.UriSchemeWss || (address.Scheme == Uri.UriSchemeWs && address.IsLoopback))
        && address.UserInfo.Length == 0 && address.Query.Length == 0 && address.Fragment.Length == 0;
}
