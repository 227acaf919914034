namespace StocksDapr.Sidecar.Hosting;

/// <summary>The sidecar cannot start: a component, a file or a port is not usable. The message is for the person who runs it.</summary>
public sealed class SidecarStartException : Exception
{
    public SidecarStartException(string message) : base(message)
    {
    }

    public SidecarStartException(string message, Exception inner) : base(message, inner)
    {
    }
}
