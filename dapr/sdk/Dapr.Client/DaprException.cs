using System.Runtime.Serialization;

namespace Dapr;

/// <summary>A call to Dapr failed. The inner exception tells what the sidecar, or the way to it, had to say.</summary>
[Serializable]
public class DaprException : Exception
{
    /// <summary>Makes the exception with a message.</summary>
    public DaprException(string? message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and its cause.</summary>
    public DaprException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Restores a serialised exception.</summary>
    [Obsolete("Formatter-based serialization is obsolete.", DiagnosticId = "SYSLIB0051")]
    protected DaprException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}
