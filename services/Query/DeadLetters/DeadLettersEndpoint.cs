using System.Globalization;
using System.Text;
using Npgsql;
using StocksDapr.Query.Requests;
using StocksDapr.Query.Storage;

namespace StocksDapr.Query.DeadLetters;

/// <summary>A message that could not be processed.</summary>
/// <param name="Topic">The topic that it was published to; <c>unknown</c> where it does not say.</param>
/// <param name="EventId">The id of its CloudEvent, or a digest of what came instead of one.</param>
/// <param name="Reason">Why it was refused, where the service that refused it told.</param>
/// <param name="State"><c>waiting</c> until it has been replayed once, then <c>replayed</c>.</param>
/// <param name="Replayable">False when it was too long to be kept whole.</param>
/// <param name="Size">Bytes that are kept of it.</param>
/// <param name="Preview">How it begins: the first 2,000 bytes as text.</param>
internal sealed record DeadLetterItem(
    long Id,
    string Topic,
    string EventId,
    string? Reason,
    string State,
    bool Replayable,
    int Size,
    string Preview,
    DateTimeOffset ReceivedAt,
    DateTimeOffset? ReplayedAt,
    int Replays);

/// <summary><c>GET /dead-letters</c>, newest first.</summary>
internal static class DeadLettersEndpoint
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1_000;
    private const int MaxTopicLength = 200;
    private const string List = "dead-letters";

    /// <summary>$1 topic, $2 whether it waits (null: either), $3 before this id, $4 limit.</summary>
    private const string Sql = """
        SELECT id, topic, event_id, reason, replayed_at IS NULL AS waiting, truncated, length(body) AS size, substring(body FROM 1 FOR 2000) AS preview, received_at, replayed_at, replays
        FROM market.dead_letters
        WHERE ($1 IS NULL OR topic = $1) AND ($2 IS NULL OR (replayed_at IS NULL) = $2) AND ($3 IS NULL OR id < $3)
        ORDER BY id DESC
        LIMIT $4
        """;

    private const string Waiting = "waiting";
    private const string Replayed = "replayed";

    private static readonly string[] Parameters = ["topic", "state", "limit", "cursor"];

    public static async Task<IResult> ListAsync(HttpContext context, MarketDatabase database, PublicPath path, CancellationToken cancellationToken)
    {
        var parameters = new ParameterReader(context.Request.QueryString, Parameters);
        var topic = parameters.Text("topic");
        if (topic is not null && (topic.Length is 0 or > MaxTopicLength || topic.Contains('\0')))
            parameters.Fail("bad_topic", "topic must be the name of a topic.", new { topic = "bars-history" });
        var state = parameters.Choice("state", Waiting, Replayed);
        var limit = parameters.Limit(DefaultLimit, MaxLimit);
        var before = parameters.NumberCursor(List);
        if (parameters.Problem is { } problem)
            return problem.ToResult();

        var rows = await database.ListAsync(
            Sql,
            [Parameter.Text(topic), Parameter.Boolean(state is null ? null : state == Waiting), Parameter.Long(before), Parameter.Integer(limit + 1)],
            Read,
            cancellationToken);
        var page = ListPage<DeadLetterItem>.Of(rows, limit, last => ListCursor.Write(List, last.Id.ToString(CultureInfo.InvariantCulture)));
        if (page.Next is { } next)
        {
            var link = new StringBuilder("/dead-letters?limit=").Append(limit);
            if (topic is not null)
                link.Append("&topic=").Append(Uri.EscapeDataString(topic));
            if (state is not null)
                link.Append("&state=").Append(state);
            path.LinkNext(context, link.Append("&cursor=").Append(next).ToString());
        }

        return TypedResults.Ok(page);
    }

    private static DeadLetterItem Read(NpgsqlDataReader row) => new(
        row.Long("id"), row.Text("topic"), row.Text("event_id"), row.TextOrNull("reason"), row.Flag("waiting") ? Waiting : Replayed, !row.Flag("truncated"), row.Integer("size"),
        Encoding.UTF8.GetString(row.GetFieldValue<byte[]>(row.GetOrdinal("preview"))), row.Instant("received_at"), row.InstantOrNull("replayed_at"), row.Integer("replays"));
}
