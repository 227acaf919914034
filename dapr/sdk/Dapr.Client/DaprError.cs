namespace Dapr;

/// <summary>The body of an error answer of the sidecar.</summary>
public class DaprError
{
    /// <summary>Dapr's code of the error.</summary>
    public string? ErrorCode { get; set; }

    /// <summary>What went wrong, in words.</summary>
    public string? Message { get; set; }
}
