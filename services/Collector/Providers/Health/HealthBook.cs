namespace StocksDapr.Collector.Providers.Health;

/// <summary>Answers of a stretch of time.</summary>
/// <param name="At">When it began, UTC.</param>
/// <param name="Answers">How many requests ended.</param>
/// <param name="Good">How many of them with an answer to what was asked; that there is no such symbol is one.</param>
/// <param name="Milliseconds">How long all of them took together.</param>
internal sealed record HealthSlot(DateTimeOffset At, long Answers, long Good, double Milliseconds)
{
    public HealthSlot Plus(HealthSlot other) => this with
    {
        Answers = Answers + other.Answers,
        Good = Good + other.Good,
        Milliseconds = Milliseconds + other.Milliseconds,
    };
}

/// <summary>An error that a provider made.</summary>
internal sealed record SeenError(ProviderErrorKind Kind, string Detail, DateTimeOffset At);

/// <summary>What is remembered of a provider's answers, by all replicas.</summary>
internal sealed record HealthBook
{
    private static readonly TimeSpan Fine = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Coarse = TimeSpan.FromHours(1);

    public static readonly HealthBook Empty = new();

    /// <summary>The last hour, by five minutes.</summary>
    public IReadOnlyList<HealthSlot> Hour { get; init; } = [];

    /// <summary>The last day, by the hour.</summary>
    public IReadOnlyList<HealthSlot> Day { get; init; } = [];

    public DateTimeOffset? LastSuccess { get; init; }

    public SeenError? LastError { get; init; }

    /// <summary>The newest change of the circuit.</summary>
    public CircuitChange? Circuit { get; init; }

    public static HealthBook Of(ProviderError? error, TimeSpan latency, DateTimeOffset at)
    {
        var isGood = error?.Kind is null or ProviderErrorKind.UnknownSymbol or ProviderErrorKind.NotSupported;
        var slot = new HealthSlot(at, 1, isGood ? 1 : 0, Math.Max(latency.TotalMilliseconds, 0));
        return new HealthBook
        {
            Hour = [slot with { At = Floor(at, Fine) }],
            Day = [slot with { At = Floor(at, Coarse) }],
            LastSuccess = error is null ? at : null,
            LastError = error is null ? null : new SeenError(error.Kind, error.Detail, at),
        };
    }

    /// <summary>Both together, without what is too old.</summary>
    public HealthBook Plus(HealthBook other, DateTimeOffset now) => new()
    {
        Hour = Sum(Hour, other.Hour, now - TimeSpan.FromHours(1)),
        Day = Sum(Day, other.Day, now - TimeSpan.FromDays(1)),
        LastSuccess = LastSuccess is null || other.LastSuccess > LastSuccess ? other.LastSuccess : LastSuccess,
        LastError = LastError is null || other.LastError?.At > LastError.At ? other.LastError : LastError,
        Circuit = Circuit is null || other.Circuit?.Since > Circuit.Since ? other.Circuit : Circuit,
    };

    private static List<HealthSlot> Sum(IEnumerable<HealthSlot> some, IEnumerable<HealthSlot> others, DateTimeOffset from) =>
        [.. some.Concat(others).Where(slot => slot.At > from).GroupBy(slot => slot.At).OrderBy(same => same.Key).Select(same => same.Aggregate((one, other) => one.Plus(other)))];

    private static DateTimeOffset Floor(DateTimeOffset at, TimeSpan length) => new(at.UtcTicks / length.Ticks * length.Ticks, TimeSpan.Zero);
}
