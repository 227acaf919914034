using System.Text.Json;

namespace StocksDapr.Collector.Providers.Health;

/// <summary>The answer of <c>GET /providers</c>.</summary>
internal sealed record ProviderList(IReadOnlyList<ProviderView> Providers);

/// <summary>One provider, as all replicas together see it.</summary>
/// <param name="Name">Its name, which its bars carry as their source.</param>
/// <param name="Enabled">Whether its section has it switched on.</param>
/// <param name="Configured">Whether it has all that it needs to be asked: a key, where it wants one.</param>
/// <param name="State">
/// <c>off</c>, <c>noKey</c>, <c>keysRefused</c>, <c>failing</c> (left alone for a while), <c>stopped</c> (what is shared cannot be reached, so nothing is spent), <c>waiting</c> (requests wait
/// for a budget) or <c>ready</c>.
/// </param>
/// <param name="Trouble">What is wrong on our side; absent when nothing is.</param>
/// <param name="Capabilities">What it can be asked for; absent for one that has no bars.</param>
/// <param name="Circuit">Whether it is asked.</param>
/// <param name="LastSuccess">When it last answered well, UTC.</param>
/// <param name="LastError">What it last did wrong.</param>
/// <param name="LastHour">Its answers of the last hour.</param>
/// <param name="LastDay">Its answers of the last day.</param>
/// <param name="LargestRequest">The most credits that one request may cost; absent for any number.</param>
/// <param name="Keys">The budget of each key.</param>
/// <param name="Queue">The requests that wait for a budget.</param>
/// <param name="Stream">Its stream of trades; absent where it has none, or none is wanted.</param>
internal sealed record ProviderView(
    string Name,
    bool Enabled,
    bool Configured,
    string State,
    string? Trouble,
    CapabilitiesView? Capabilities,
    CircuitView Circuit,
    DateTimeOffset? LastSuccess,
    ErrorView? LastError,
    AnswersView LastHour,
    AnswersView LastDay,
    int? LargestRequest,
    IReadOnlyList<KeyView> Keys,
    QueueView Queue,
    StreamView? Stream = null);

/// <param name="Intervals">The intervals that it has, by their codes, with how many days back; null for all of an instrument's life.</param>
/// <param name="MaxSymbols">Symbols in one request.</param>
/// <param name="MaxBars">Bars for one symbol in one request.</param>
/// <param name="DelaySeconds">How long after a bar's interval the bar can be had.</param>
/// <param name="Prices"><c>raw</c> or <c>splitAdjusted</c>: what the vendor delivers. What is stored is raw.</param>
/// <param name="Stamp"><c>start</c> or <c>end</c>: by which end the vendor names a bar. What is stored is named by its start.</param>
/// <param name="CorporateActions">Whether it has splits and dividends.</param>
internal sealed record CapabilitiesView(
    IReadOnlyDictionary<string, double?> Intervals, int MaxSymbols, int MaxBars, double DelaySeconds, string Prices, string Stamp, bool CorporateActions);

/// <param name="State"><c>closed</c> (it is asked), <c>open</c> (it is left alone) or <c>halfOpen</c> (single requests try whether it is back).</param>
/// <param name="Since">Since when, UTC; absent when it has always been closed.</param>
/// <param name="RetryAt">When it is tried again, UTC.</param>
/// <param name="Reason">The failure that opened it.</param>
internal sealed record CircuitView(string State, DateTimeOffset? Since, DateTimeOffset? RetryAt, string? Reason);

/// <param name="Kind">The kind of error: unknownSymbol, notSupported, notEntitled, rateLimited, timedOut, unavailable or malformed.</param>
internal sealed record ErrorView(string Kind, string Detail, DateTimeOffset At)
{
    public static ErrorView Of(ProviderError error, DateTimeOffset at) => new(JsonNamingPolicy.CamelCase.ConvertName(error.Kind.ToString()), error.Detail, at);
}

/// <summary>A stream of trades, as the replica that holds it said some seconds ago.</summary>
/// <param name="State">
/// <c>closed</c> (no session is under way), <c>notConfigured</c> (there is no key, or the provider is switched off), <c>noSymbols</c>, <c>connecting</c> (no trade has come yet),
/// <c>streaming</c>, <c>lost</c> (it is connected again at <paramref name="RetryAt"/>), <c>nobody</c> (no replica holds it at the moment) or <c>unknown</c> (nobody can be asked).
/// </param>
/// <param name="Symbols">For how many symbols it is connected.</param>
/// <param name="Since">Since when it has been so, UTC; absent where nobody knows.</param>
/// <param name="RetryAt">When it is tried again, UTC.</param>
/// <param name="LastError">Why it was last lost, or could not begin.</param>
internal sealed record StreamView(string State, int Symbols, DateTimeOffset? Since, DateTimeOffset? RetryAt, ErrorView? LastError);

/// <param name="Count">How many requests ended.</param>
/// <param name="GoodShare">The share of them, 0 to 1, that was answered as documented, "no such symbol" included; absent when there was none.</param>
/// <param name="AverageSeconds">How long they took; absent when there was none.</param>
internal sealed record AnswersView(long Count, double? GoodShare, double? AverageSeconds);

/// <param name="Key">Its place in the secret, from 1; 0 for a caller without key. The key itself is shown nowhere.</param>
/// <param name="State"><c>ready</c>, <c>spent</c>, <c>limited</c> (by the vendor's word) or <c>refused</c>.</param>
/// <param name="Until">Until when it is limited or refused, UTC.</param>
/// <param name="Reason">What the vendor said.</param>
/// <param name="Minute">Its credits in any minute; absent without a limit.</param>
/// <param name="Day">Its credits in the vendor's day; absent without a limit.</param>
internal sealed record KeyView(int Key, string State, DateTimeOffset? Until, string? Reason, BudgetView? Minute, BudgetView? Day);

/// <param name="Limit">What may be spent.</param>
/// <param name="Spent">What counts as spent now.</param>
/// <param name="Left">What is left now.</param>
/// <param name="RenewsAt">When there is more again, UTC; absent when nothing is spent.</param>
internal sealed record BudgetView(int Limit, int Spent, int Left, DateTimeOffset? RenewsAt);

/// <param name="Length">How many requests wait, in all replicas.</param>
/// <param name="SentAway">How many more were told to come again later.</param>
/// <param name="WaitingSince">Since when the oldest waits, UTC.</param>
/// <param name="MostOverdue">Since when what is most overdue of them has been due, UTC.</param>
/// <param name="NextGrant">When the next of them can be paid, UTC, as far as one can tell.</param>
internal sealed record QueueView(int Length, int SentAway, DateTimeOffset? WaitingSince, DateTimeOffset? MostOverdue, DateTimeOffset? NextGrant);
