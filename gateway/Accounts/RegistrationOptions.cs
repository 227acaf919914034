namespace StocksDapr.Gateway.Accounts;

/// <summary>Section <c>Registration</c>.</summary>
internal sealed class RegistrationOptions
{
    /// <summary>Whether anybody who reaches the gateway may make an account. The first account can always be made.</summary>
    public bool Open { get; set; } = true;
}
