namespace Dapr.Workflow;

/// <summary>An exception that has crossed the wire.</summary>
/// <param name="errorType">Full name of the exception's type.</param>
/// <param name="errorMessage">Its message.</param>
/// <param name="stackTrace">Where it was thrown, if that is known.</param>
public class WorkflowTaskFailureDetails(string errorType, string errorMessage, string? stackTrace = null)
{
    /// <summary>Full name of the exception's type, without the assembly.</summary>
    public string ErrorType { get; } = errorType ?? throw new ArgumentNullException(nameof(errorType));

    /// <summary>The exception's message.</summary>
    public string ErrorMessage { get; } = errorMessage ?? throw new ArgumentNullException(nameof(errorMessage));

    /// <summary>Where it was thrown, if that is known.</summary>
    public string? StackTrace { get; } = stackTrace;

    /// <summary>
    /// Tells whether the exception was a <typeparamref name="T"/>. As the assembly is not known, this finds only types of the core library and of this assembly;
    /// compare <see cref="ErrorType"/> for others.
    /// </summary>
    public bool IsCausedBy<T>()
        where T : Exception
    {
        try
        {
            return Type.GetType(ErrorType, throwOnError: false) is { } type && typeof(T).IsAssignableFrom(type);
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or IOException or BadImageFormatException or TypeLoadException)
        {
            // The name comes from another process, perhaps of another language: what is no type's name says nothing about .NET's types.
            return false;
        }
    }

    /// <summary>Type and message.</summary>
    public override string ToString() => $"{ErrorType}: {ErrorMessage}";
}
