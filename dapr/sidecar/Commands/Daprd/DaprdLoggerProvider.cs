using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace StocksDapr.Sidecar.Commands.Daprd;

/// <summary>Writes log lines as daprd does, as <c>key=value</c> pairs or as JSON, for those who read them by program.</summary>
internal sealed class DaprdLoggerProvider(string appId, string version, bool asJson, TextWriter output, TimeProvider time) : ILoggerProvider
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _instance = Environment.MachineName;
    private readonly Lock _gate = new();

    /// <summary>The levels that <c>--log-level</c> takes.</summary>
    public static LogLevel? LevelOf(string name) => name.ToLowerInvariant() switch
    {
        "debug" => LogLevel.Debug,
        "info" => LogLevel.Information,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "fatal" => LogLevel.Critical,
        _ => null,
    };

    public ILogger CreateLogger(string categoryName)
    {
        var name = categoryName.Split('[')[0];
        return new DaprdLogger(this, "dapr.runtime." + name[(name.LastIndexOf('.') + 1)..].ToLowerInvariant());
    }

    public void Dispose()
    {
    }

    private void Write(string scope, LogLevel level, string message)
    {
        var at = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
        var line = asJson ? JsonLine(at, scope, Name(level), message) : TextLine(at, scope, Name(level), message);
        lock (_gate) output.WriteLine(line);
    }

    private string TextLine(string at, string scope, string level, string message) =>
        $"time=\"{at}\" level={level} msg={Quoted(message)} app_id={Quoted(appId)} instance={Quoted(_instance)} scope={scope} type=log ver={version}";

    private string JsonLine(string at, string scope, string level, string message)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Json))
        {
            json.WriteStartObject();
            json.WriteString("app_id", appId);
            json.WriteString("instance", _instance);
            json.WriteString("level", level);
            json.WriteString("msg", message);
            json.WriteString("scope", scope);
            json.WriteString("time", at);
            json.WriteString("type", "log");
            json.WriteString("ver", version);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    // Plain words stand without quotes.
    private static string Quoted(string text)
    {
        if (text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '/' or '@' or '^' or '+')) return text;
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when char.IsControl(c) => string.Create(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => c.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        _ => "fatal",
    };

    private sealed class DaprdLogger(DaprdLoggerProvider provider, string scope) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            provider.Write(scope, logLevel, exception is null ? formatter(state, exception) : $"{formatter(state, exception)}: {exception}");
    }
}
