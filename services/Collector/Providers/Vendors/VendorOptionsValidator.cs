using Microsoft.Extensions.Options;

namespace StocksDapr.Collector.Providers.Vendors;

/// <summary>Says at start everything that is wrong with a vendor's section, with the key and a value that would be right.</summary>
internal sealed class VendorOptionsValidator<T>(string section) : IValidateOptions<T>
    where T : VendorOptions
{
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(5);

    public ValidateOptionsResult Validate(string? name, T options)
    {
        List<string> problems = [];
        if (options.BaseAddress is { } address && !IsSafe(address))
        {
            // Keys travel with every request.
            problems.Add(
                $"{section}:{nameof(options.BaseAddress)} is {address}; it is an https address without user, query and fragment, such as https://proxy.example.com/, or an http address of this machine.");
        }

        if (options.Timeout < ShortestTimeout || options.Timeout > LongestTimeout)
            problems.Add($"{section}:{nameof(options.Timeout)} is {options.Timeout}; it is a time from {ShortestTimeout} to {LongestTimeout}, such as 00:00:30.");
        if (options.CreditsPerMinute < 0)
            problems.Add($"{section}:{nameof(options.CreditsPerMinute)} is {options.CreditsPerMinute}; it is a number of credits, or 0 for no limit.");
        if (options.CreditsPerDay < 0)
            problems.Add($"{section}:{nameof(options.CreditsPerDay)} is {options.CreditsPerDay}; it is a number of credits, or 0 for no limit.");
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static bool IsSafe(Uri address) =>
        address.IsAbsoluteUri
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
        && address.UserInfo.Length == 0 && address.Query.Length == 0 && address.Fragment.Length == 0;
}
