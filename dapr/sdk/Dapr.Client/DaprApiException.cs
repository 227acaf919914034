using System.Runtime.Serialization;

namespace Dapr;

/// <summary>The sidecar answered a call with an error.</summary>
[Serializable]
public class DaprApiException : DaprException
{
    private const string UnknownCode = "UNKNOWN";

    /// <summary>Makes the exception without message or code.</summary>
    public DaprApiException()
        : this(errorCode: null, isTransient: false)
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public DaprApiException(string? message)
        : this(message, errorCode: null, isTransient: false)
    {
    }

    /// <summary>Makes the exception with a message and its cause.</summary>
    public DaprApiException(string? message, Exception? innerException)
        : this(message, innerException, errorCode: null, isTransient: false)
    {
    }

    /// <summary>Makes the exception with a Dapr error code.</summary>
    public DaprApiException(string? errorCode, bool isTransient)
        : this(string.Empty, errorCode, isTransient)
    {
    }

    /// <summary>Makes the exception with a message and a Dapr error code.</summary>
    public DaprApiException(string? message, string? errorCode, bool isTransient)
        : this(message, inner: null, errorCode, isTransient)
    {
    }

    /// <summary>Makes the exception with a message, its cause and a Dapr error code.</summary>
    public DaprApiException(string? message, Exception? inner, string? errorCode, bool isTransient)
        : base(message, inner)
    {
        ErrorCode = errorCode ?? UnknownCode;
        IsTransient = isTransient;
    }

    /// <summary>Restores a serialised exception.</summary>
    [Obsolete("Formatter-based serialization is obsolete.", DiagnosticId = "SYSLIB0051")]
    protected DaprApiException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
        ErrorCode = info.GetString(nameof(ErrorCode)) ?? UnknownCode;
        IsTransient = info.GetBoolean(nameof(IsTransient));
    }

    /// <summary>Dapr's code of the error, such as <c>ERR_PUBSUB_NOT_FOUND</c>; <c>UNKNOWN</c> when the answer carried none.</summary>
    public string ErrorCode { get; }

    /// <summary>Whether the same call may succeed later.</summary>
    public bool IsTransient { get; }

    /// <inheritdoc />
    [Obsolete("Formatter-based serialization is obsolete.", DiagnosticId = "SYSLIB0051")]
    public override void GetObjectData(SerializationInfo info, StreamingContext context)
    {
        base.GetObjectData(info, context);
        info.AddValue(nameof(ErrorCode), ErrorCode);
        info.AddValue(nameof(IsTransient), IsTransient);
    }
}
