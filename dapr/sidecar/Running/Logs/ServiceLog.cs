using System.Text.RegularExpressions;

namespace StocksDapr.Sidecar.Running.Logs;

/// <summary>Where one application's output goes: the console and its file, each line with the Dapr CLI's prefix; the last lines are kept.</summary>
internal sealed partial class ServiceLog(string prefix, RotatingLog? file, Action<string>? console, Action<string>? onLine = null)
{
    private const int Remembered = 15;
    private readonly Queue<string> _last = new();

    /// <summary>The prefix of an application's lines.</summary>
    public static string AppPrefix(string appId) => $"== APP - {appId} == ";

    public void Write(string line)
    {
        var plain = Colours().Replace(line, "");
        lock (_last)
        {
            _last.Enqueue(plain);
            if (_last.Count > Remembered)
                _last.Dequeue();
        }

        file?.WriteLine(prefix + plain);
        console?.Invoke(prefix + plain);
        if (plain.Length > 0)
            onLine?.Invoke(plain);
    }

    /// <summary>The newest lines, oldest first.</summary>
    public IReadOnlyList<string> LastLines()
    {
        lock (_last)
            return [.. _last];
    }

    [GeneratedRegex(@"\x1b\[[0-9;?]*[A-Za-z]")]
    private static partial Regex Colours();
}
