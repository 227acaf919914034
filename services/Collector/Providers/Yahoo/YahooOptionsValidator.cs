using Microsoft.Extensions.Options;
using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.Yahoo;

/// <summary>Says at start what is wrong with what Yahoo's section has beyond other vendors'.</summary>
internal sealed class YahooOptionsValidator : IValidateOptions<YahooOptions>
{
    private const string Section = $"{VendorOptions.Section}:{YahooProvider.ProviderName}";
    private static readonly TimeSpan LongestGap = TimeSpan.FromMinutes(10);

    public ValidateOptionsResult Validate(string? name, YahooOptions options)
    {
        List<string> problems = [];
        Check(options.MinimumGap, LongestGap, nameof(options.MinimumGap), "00:00:02");
        Check(options.PauseAfterRefusal, PoliteVendor.LongestPause, nameof(options.PauseAfterRefusal), "00:01:00");
        if (options.UserAgent is { } agent && !IsUserAgent(agent))
            problems.Add($"{Section}:{nameof(options.UserAgent)} is no value for a User-Agent header; it is one such as 'MySystem/1.0 (me@example.com)'.");
        if (!options.CookieAddress.IsAbsoluteUri || options.CookieAddress.Scheme is not ("https" or "http"))
            problems.Add($"{Section}:{nameof(options.CookieAddress)} is {options.CookieAddress}; it is a web address such as https://fc.yahoo.com/.");
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);

        void Check(TimeSpan value, TimeSpan longest, string key, string example)
        {
            if (value < TimeSpan.Zero || value > longest)
                problems.Add($"{Section}:{key} is {value}; it is a time of at most {longest}, such as {example}.");
        }
    }

    private static bool IsUserAgent(string agent)
    {
        using var message = new HttpRequestMessage();
        return message.Headers.UserAgent.TryParseAdd(agent);
    }
}
