using Microsoft.Extensions.Options;

namespace StocksDapr.Collector.Providers.Vendors;

/// <summary>Says at start what is wrong with a vendor's address; limits and times are checked with its keyring.</summary>
internal sealed class VendorOptionsValidator<T>(string section) : IValidateOptions<T>
    where T : VendorOptions
{
    public ValidateOptionsResult Validate(string? name, T options) =>
        options.BaseAddress is not { } address || IsSafe(address)
            ? ValidateOptionsResult.Success
            // The address is not repeated: somebody may have put a key into it.
            : ValidateOptionsResult.Fail(
                $"{section}:{nameof(options.BaseAddress)} is not an address that a key may be sent to; it is https without user, query and fragment, such as https://proxy.example.com/, or http on this machine.");

    private static bool IsSafe(Uri address) =>
        address.IsAbsoluteUri
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
        && address.UserInfo.Length == 0 && address.Query.Length == 0 && address.Fragment.Length == 0;
}
