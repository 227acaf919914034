namespace StocksDapr.Contracts;

/// <summary>What the gateway tells services about who asks. It never hands on what a client says in these headers.</summary>
public static class CallerHeader
{
    /// <summary>The account whose token the request carries.</summary>
    public const string Account = "x-stocks-account";
}
