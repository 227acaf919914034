using System.Globalization;
using StocksDapr.Contracts.Messages;
using StocksDapr.Query.Imports;
using StocksDapr.Query.Requests;

namespace StocksDapr.Query.Runs;

/// <summary><c>GET /runs</c>, <c>GET /runs/{id}</c>, <c>GET /backfills</c> and <c>GET /backfills/{id}</c>.</summary>
internal static class RunsEndpoint
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;
    private const int DefaultSteps = 1_000;
    private const int MaxSteps = 10_000;
    private const int MaxReceipts = 100_000;

    private static readonly string[] States = ["running", "paused", "completed", "failed", "cancelled"];
    private static readonly string[] OfRuns = ["kind", "state", "from", "to", "limit", "cursor"];
    private static readonly string[] OfBackfills = ["state", "from", "to", "limit", "cursor"];
    private static readonly string[] OfSteps = ["limit", "cursor"];
    private static readonly string[] OfReceipts = ["from", "to"];

    public static Task<IResult> ListAsync(HttpContext context, RunsReader runs, PublicPath path, CancellationToken cancellationToken)
    {
        var parameters = new ParameterReader(context.Request.QueryString, OfRuns);
        var kind = parameters.Choice("kind", [.. RunKinds.All]);
        return ListAsync(context, "/runs", parameters, kind, kind is null ? "" : $"kind={kind}&", runs, path, stored => stored.Run, cancellationToken);
    }

    public static Task<IResult> ListBackfillsAsync(HttpContext context, RunsReader runs, PublicPath path, CancellationToken cancellationToken) =>
        ListAsync(
            context, "/backfills", new ParameterReader(context.Request.QueryString, OfBackfills), RunKinds.Backfill, "", runs, path,
            stored => Backfill.Of(stored, ended: null), cancellationToken);

    public static async Task<IResult> OneAsync(HttpContext context, string id, RunsReader runs, PublicPath path, CancellationToken cancellationToken)
    {
        var parameters = new ParameterReader(context.Request.QueryString, OfSteps);
        var limit = parameters.Limit(DefaultSteps, MaxSteps);
        var list = $"run:{id}";
        var after = parameters.Cursor(list, ReadStepCursor);
        if (parameters.Problem is { } problem)
            return problem.ToResult();
        if (!ImportId.IsValid(id) || await runs.FindAsync(id, kind: null, cancellationToken) is not { } run)
            return Unknown("run", id).ToResult();

        var rows = await runs.StepsAsync(run, after?.Number, after?.Step, limit + 1, cancellationToken);
        var page = ListPage<(Step Step, int Number)>.Of(
            rows, limit, last => ListCursor.Write(list, string.Create(CultureInfo.InvariantCulture, $"{last.Number} {last.Step.Id}")));
        if (page.Next is { } next)
            path.LinkNext(context, $"/runs/{id}?limit={limit}&cursor={next}");
        return TypedResults.Ok(RunDetail.Of(run, new ListPage<Step>([.. page.Items.Select(item => item.Step)], page.Next)));
    }

    public static async Task<IResult> BackfillAsync(HttpContext context, string id, RunsReader runs, CancellationToken cancellationToken)
    {
        if (new ParameterReader(context.Request.QueryString, []).Problem is { } problem)
            return problem.ToResult();
        if (!ImportId.IsValid(id) || await runs.FindAsync(id, RunKinds.Backfill, cancellationToken) is not { } run)
            return Unknown("backfill", id).ToResult();
        return TypedResults.Ok(Backfill.Of(run, await runs.SymbolsAsync(id, cancellationToken)));
    }

    /// <summary>For Collector, which waits until what it sent is stored; no business of the public.</summary>
    public static async Task<IResult> ReceiptsAsync(HttpContext context, string id, RunsReader runs, CancellationToken cancellationToken)
    {
        var parameters = new ParameterReader(context.Request.QueryString, OfReceipts);
        var (from, to) = (Number(parameters, "from"), Number(parameters, "to"));
        if (to - from is < 0 or >= MaxReceipts)
            parameters.Fail("bad_range", $"from and to are numbers of messages, {MaxReceipts} of them at most.", new { from = 0, to = 19 });
        if (parameters.Problem is { } problem)
            return problem.ToResult();
        return ImportId.IsValid(id) ? TypedResults.Ok(await runs.ReceiptsAsync(id, from, to, cancellationToken)) : Unknown("run", id).ToResult();
    }

    private static async Task<IResult> ListAsync<T>(
        HttpContext context, string list, ParameterReader parameters, string? kind, string prefix, RunsReader runs, PublicPath path, Func<StoredRun, T> show,
        CancellationToken cancellationToken)
    {
        var state = parameters.Choice("state", States);
        var limit = parameters.Limit(DefaultLimit, MaxLimit);

        // A date is a day in New York, as for intraday bars: runs are about sessions.
        var from = parameters.From(intraday: true);
        var to = parameters.To(intraday: true, from);
        var question = string.Create(CultureInfo.InvariantCulture, $"{list} {kind} {state} {from} {to}");
        var before = parameters.Cursor(question, ReadCursor);
        if (parameters.Problem is { } problem)
            return problem.ToResult();

        var filter = new RunFilter(kind, state, from == long.MinValue ? null : from, to == long.MaxValue ? null : to);
        var rows = await runs.ListAsync(filter, before?.Time, before?.Id, limit + 1, cancellationToken);
        var page = ListPage<StoredRun>.Of(
            rows, limit, last => ListCursor.Write(question, string.Create(CultureInfo.InvariantCulture, $"{last.RecordedAt.UtcTicks} {last.Run.Id}")));
        if (page.Next is { } next)
            path.LinkNext(context, $"{list}?{prefix}{Same(parameters, "state")}{Same(parameters, "from")}{Same(parameters, "to")}limit={limit}&cursor={next}");
        return TypedResults.Ok(new ListPage<T>([.. page.Items.Select(show)], page.Next));
    }

    private static string Same(ParameterReader parameters, string name) =>
        parameters.Text(name) is { } text ? $"{name}={Uri.EscapeDataString(text)}&" : "";

    private static int Number(ParameterReader parameters, string name)
    {
        if (int.TryParse(parameters.Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number;
        parameters.Fail($"bad_{name}", $"{name} is the number of a message.", new Dictionary<string, int> { [name] = 0 });
        return 0;
    }

    private static InvalidRequest Unknown(string what, string id) => new(
        $"unknown_{what}", $"There is no {what} '{ParameterReader.Shown(id)}'; /{what}s lists those that there are.", null, StatusCodes.Status404NotFound);

    private static Before? ReadCursor(string text)
    {
        var parts = text.Split(' ', 2);
        return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTime.MaxValue.Ticks
            ? new Before(new DateTimeOffset(ticks, TimeSpan.Zero), parts[1])
            : null;
    }

    private static AfterStep? ReadStepCursor(string text)
    {
        var parts = text.Split(' ', 2);
        return parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? new AfterStep(number, parts[1]) : null;
    }

    private sealed record Before(DateTimeOffset Time, string Id);

    private sealed record AfterStep(int Number, string Step);
}
