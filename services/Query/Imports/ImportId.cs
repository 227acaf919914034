using System.Buffers;
using StocksDapr.Query.Requests;

namespace StocksDapr.Query.Imports;

/// <summary>The syntax of an import's id, as far as asking for one goes.</summary>
internal static class ImportId
{
    private const int MaxLength = 128;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    public static bool IsValid(string id) => id.Length is > 0 and <= MaxLength && !id.AsSpan().ContainsAnyExcept(Allowed);

    public static InvalidRequest Unknown(string id) => new(
        "unknown_import", $"There is no import '{ParameterReader.Shown(id)}'; /imports lists those that there are.", null, StatusCodes.Status404NotFound);
}
