namespace StocksDapr.Sidecar.Commands.Daprd;

/// <summary>What a flag's value must be.</summary>
internal enum FlagKind
{
    Text,

    /// <summary>True without a value; a value needs the equals sign: <c>--enable-metrics=false</c>.</summary>
    Switch,
    Number,

    /// <summary>A number that is not negative.</summary>
    Count,

    /// <summary>Go's durations: <c>1m30s</c>.</summary>
    Duration,

    /// <summary>May be given again, and holds several values between commas.</summary>
    List,
}

/// <summary>One of daprd's flags.</summary>
/// <param name="Name">Without dashes.</param>
/// <param name="Kind">What its value must be.</param>
/// <param name="Default">The value when it is not given, as text.</param>
/// <param name="Description">For the list of flags.</param>
internal sealed record DaprdFlag(string Name, FlagKind Kind, string Default, string Description)
{
    /// <summary>Why the flag has no effect here; null when it has one.</summary>
    public string? NoEffect { get; init; }

    /// <summary>What daprd says of a deprecated flag; null when it is not.</summary>
    public string? Deprecated { get; init; }
}
