using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>Why a workflow's code cannot be replayed, in words that say where.</summary>
internal static class Violation
{
    /// <summary>What an instance fails with.</summary>
    public const string ErrorType = "NonDeterministicWorkflowException";

    private const string Remedy =
        "A workflow must do the same each time it is replayed: changes of its code need context.IsPatched or another workflow name, "
        + "and what may turn out differently (time, random numbers, I/O) belongs into activities.";

    public static string OtherStep(int id, string history, string code, string? origin) =>
        $"Step {id} was {history} according to the history, but the code makes {code}{At(origin)}. {Remedy}";

    public static string ExtraStep(int id, string code, string? origin) =>
        $"The code makes {code} as step {id}{At(origin)}, but the history went on without it. {Remedy}";

    public static string MissingStep(int id, string history, string doing) =>
        $"Step {id} was {history} according to the history, but the code does not make it: it {doing}. {Remedy}";

    public static string WrongResult(int id, string history, string code, string? origin) =>
        $"The history ends step {id} with a {history}, but the code made {code}{At(origin)}. {Remedy}";

    public static string EndsEarly(string how) => $"The code {how}, but the history goes on. {Remedy}";

    public static string AwaitsOther(string lastStep) =>
        $"After {lastStep} the code waits for something that is no task of its context, such as Task.Delay, Task.Run or I/O: "
        + "a workflow may await only what its context gives, since nothing else wakes it or is in its history. Use context.CreateTimer to wait, and activities for all work.";

    public static string FromOutside(string? origin) =>
        $"The code went on outside of the workflow's own thread{At(origin)}: it has awaited something that is no task of its context, such as Task.Delay, Task.Run or I/O. "
        + "Use context.CreateTimer to wait, and activities for all work.";

    public static string DoesNotSettle(TimeSpan limit) => string.Create(
        CultureInfo.InvariantCulture,
        $"The code has not come to rest within {limit.TotalSeconds:0} s: it blocks its thread (Task.Result, Task.Wait, Thread.Sleep) or loops without end. Await the context's tasks instead.");

    /// <summary>The place in the workflow's code that the current call came from; null if it cannot be told.</summary>
    public static string? Caller()
    {
        foreach (var frame in new StackTrace(skipFrames: 1, fNeedFileInfo: true).GetFrames())
        {
            if (frame.GetMethod() is not { DeclaringType: { } type } method || type.Assembly == typeof(Violation).Assembly || IsFramework(type))
                continue;
            var line = frame.GetFileLineNumber();
            var file = line == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" ({Path.GetFileName(frame.GetFileName())}:{line})");
            return Name(method, type) + file;
        }

        return null;
    }

    private static bool IsFramework(Type type) => type.Namespace is { } space && (space.Equals("System", StringComparison.Ordinal) || space.StartsWith("System.", StringComparison.Ordinal));

    /// <summary>An async method runs as <c>MoveNext</c> of a type named <c>&lt;Method&gt;d__1</c> inside its own; those of lambdas are nested once more.</summary>
    private static string Name(MethodBase method, Type type)
    {
        var name = method.Name;
        while (type.Name.StartsWith('<') && type.DeclaringType is { } outer)
        {
            if (Written(type.Name) is { } written)
                name = written;
            type = outer;
        }

        return $"{type.Name}.{Written(name) ?? name}";
    }

    /// <summary>What the compiler put in angle brackets: the name that was written.</summary>
    private static string? Written(string compiled)
    {
        var name = compiled.AsSpan().TrimStart('<');
        var end = name.IndexOf('>');
        return compiled.StartsWith('<') && end > 0 ? name[..end].ToString() : null;
    }

    private static string At(string? origin) => origin is null ? string.Empty : $" in {origin}";
}
