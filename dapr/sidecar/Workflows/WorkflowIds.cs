using System.Globalization;
using System.Text;
using StocksDapr.Sidecar.Api;

namespace StocksDapr.Sidecar.Workflows;

/// <summary>What an instance id may be when an instance is started over HTTP. Over gRPC daprd takes any.</summary>
internal static class WorkflowIds
{
    private const int MaxBytes = 64;

    /// <summary>What is wrong with an id; null = nothing.</summary>
    public static DaprError? Check(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (Encoding.UTF8.GetByteCount(id) > MaxBytes)
            return new DaprError(StatusCodes.Status400BadRequest, "ERR_INSTANCE_ID_TOO_LONG", $"workflow instance ID exceeds the max length of {MaxBytes} characters");
        return id.EnumerateRunes().All(IsAllowed)
            ? null
            : new DaprError(StatusCodes.Status400BadRequest, "ERR_INSTANCE_ID_INVALID", $"workflow instance ID '{id}' is invalid: only alphanumeric and underscore characters are allowed");
    }

    private static bool IsAllowed(Rune rune) =>
        rune.Value is '_' or '-' || Rune.IsLetter(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber;
}
