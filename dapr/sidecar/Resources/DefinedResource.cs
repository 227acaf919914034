namespace StocksDapr.Sidecar.Resources;

/// <summary>A resource that may have been read from a document.</summary>
public abstract record DefinedResource
{
    /// <summary>The document that it was read from, as JSON without comments; empty when it was made otherwise.</summary>
    public string Definition { get; init; } = "";

    /// <summary>Path of the file that it was read from; empty when it was made otherwise.</summary>
    public string File { get; init; } = "";

    /// <summary>True when the two say the same.</summary>
    public bool IsSameAs(DefinedResource other) =>
        ReferenceEquals(this, other) || (Definition.Length > 0 && Definition == other?.Definition);

    /// <summary>True when two lists say the same in the same order.</summary>
    public static bool AreSame(IReadOnlyList<DefinedResource> left, IReadOnlyList<DefinedResource> right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return left.Count == right.Count && left.Zip(right).All(pair => pair.First.IsSameAs(pair.Second));
    }
}
