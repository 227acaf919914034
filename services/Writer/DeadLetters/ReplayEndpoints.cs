using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Writer.DeadLetters;

/// <summary>The replay command. Internal: the gateway decides who may give it.</summary>
internal static class ReplayEndpoints
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1_000;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    public static void MapReplay(this IEndpointRouteBuilder app)
    {
        app.MapPost("/dead-letters/{id:long}/replay", ReplayOneAsync)
            .WithSummary("Publishes one dead letter again to the topic that it came from.");
        app.MapPost("/dead-letters/replay", ReplayWaitingAsync)
            .WithSummary("Publishes the dead letters again that were never replayed, oldest first.")
            .WithDescription(
                "At most `limit` of them (1 to 1000, default 100), of one `topic` or all, none newer than the letter `upTo`: what is refused again comes back as a "
                + "new letter, which whoever replays until none is left would meet for ever. Goes on past those that cannot be published again.");
    }

    private static async Task<IResult> ReplayOneAsync(long id, DeadLetterStore store, Replay replay, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { } kept)
            return ApiProblem.NotFound("unknown_dead_letter", $"There is no dead letter {id}.");

        return await replay.RunAsync(kept, cancellationToken) switch
        {
            ReplayResult.Published => Results.Ok(new { id, topic = kept.Letter.Topic }),
            ReplayResult.NotPossible => ApiProblem.Conflict(
                "not_replayable", $"Dead letter {id} is not whole or not an event of one of the pipeline's topics; its body can only be looked at."),
            _ => ApiProblem.Unavailable("broker_unavailable", "The broker did not take the message.", RetryAfter),
        };
    }

    private static async Task<IResult> ReplayWaitingAsync(
        DeadLetterStore store, Replay replay, CancellationToken cancellationToken, string? topic = null, long upTo = long.MaxValue, int limit = DefaultLimit)
    {
        if (limit is < 1 or > MaxLimit)
            return ApiProblem.BadRequest("bad_limit", $"'limit' is {limit}.", $"limit=1 to {MaxLimit}");

        if (topic is not null && !Replay.ReplayableTopics.Contains(topic))
            return ApiProblem.BadRequest("unknown_topic", $"'{topic}' is no topic of the pipeline.", Replay.ReplayableTopics);

        var published = 0;
        var notPossible = new List<long>();
        foreach (var kept in await store.FindWaitingAsync(topic is null ? Replay.ReplayableTopics : [topic], upTo, limit, cancellationToken))
        {
            switch (await replay.RunAsync(kept, cancellationToken))
            {
                case ReplayResult.Published:
                    published++;
                    break;
                case ReplayResult.NotPossible:
                    notPossible.Add(kept.Id);
                    break;
                default:
                    return ApiProblem.Unavailable(
                        "broker_unavailable", $"The broker did not take dead letter {kept.Id}; {published} were published before it.", RetryAfter);
            }
        }

        return Results.Ok(new { published, notReplayable = notPossible });
    }
}
