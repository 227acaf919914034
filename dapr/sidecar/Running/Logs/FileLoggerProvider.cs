using System.Globalization;

namespace StocksDapr.Sidecar.Running.Logs;

/// <summary>Writes the sidecars' own log lines to a <see cref="ServiceLog"/>: instant in UTC, level, source, message.</summary>
internal sealed class FileLoggerProvider(ServiceLog log, TimeProvider time) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new FileLogger(categoryName[(categoryName.LastIndexOf('.') + 1)..], log, time);

    public void Dispose()
    {
    }

    private sealed class FileLogger(string source, ServiceLog log, TimeProvider time) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var cause = exception is null ? "" : $" {exception}";
            log.Write(string.Create(
                CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {Short(logLevel)} {source}: {formatter(state, exception)}{cause}"));
        }

        private static string Short(LogLevel level) => level switch
        {
            LogLevel.Trace or LogLevel.Debug => "debug",
            LogLevel.Information => "info ",
            LogLevel.Warning => "warn ",
            _ => "error",
        };
    }
}
