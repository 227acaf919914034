namespace StocksDapr.Vendors;

/// <summary>What an emulator answers.</summary>
public sealed record EmulatedAnswer(int Status, string Body, string ContentType = "application/json")
{
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The body byte for byte, in place of the text.</summary>
    public byte[]? Bytes { get; init; }

    public static EmulatedAnswer Ok(string body) => new(200, body);
}

/// <summary>A request as an emulator received it.</summary>
/// <param name="Path">The path, without the query.</param>
/// <param name="Query">The query by name.</param>
/// <param name="Key">The key that it was signed with.</param>
/// <param name="At">By the emulator's clock.</param>
/// <param name="Credits">What it cost.</param>
public sealed record LoggedRequest(string Path, IReadOnlyDictionary<string, string> Query, string? Key, DateTimeOffset At, int Credits);
