using Dapr.Workflow;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Publishing;
using StocksDapr.Collector.Runs;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.OptionChains;

/// <param name="RunId">The run that it is a step of.</param>
/// <param name="Step">The step.</param>
/// <param name="Number">The step's place in the run.</param>
/// <param name="Days">Contracts that expire within so many days.</param>
internal sealed record ChainOrder(string RunId, string Step, int Number, string Market, string Underlying, int Days);

/// <param name="Provider">Who answered.</param>
/// <param name="Contracts">How many it has said.</param>
/// <param name="Failure">Why there is no chain; null if there is one, or the underlying has no options.</param>
/// <param name="MayPass">The same request may succeed later.</param>
/// <param name="RetryAfter">How long the provider asks to be left alone.</param>
internal sealed record FetchedChain(string? Provider, int Contracts, string? Failure = null, bool MayPass = false, TimeSpan? RetryAfter = null);

/// <summary>Activity: fetches the chain of one underlying from the first provider that has it, and publishes it.</summary>
internal sealed class FetchChain(
    IEnumerable<OptionMarket> markets, BarPublisher publisher, RunAnnouncer announcer, TimeProvider time, IHostApplicationLifetime host)
    : WorkflowActivity<ChainOrder, FetchedChain>
{
    public override async Task<FetchedChain> RunAsync(WorkflowActivityContext context, ChainOrder input)
    {
        var cancellation = host.ApplicationStopping;
        var providers = markets.FirstOrDefault(market => market.Name == input.Market)?.Providers ?? [];
        var failed = new FetchedChain(null, 0, "No provider has option chains.");
        foreach (var provider in providers)
        {
            var today = NewYorkTime.DateAt(time.GetUtcNow());
            var answer = await provider.GetOptionChainAsync(input.Underlying, today, today.AddDays(input.Days), cancellation);
            await announcer.SayAskedAsync(input.RunId, input.Step, provider.Name, answer, cancellation);
            if (answer.IsSuccess)
            {
                await PublishAsync(provider.Name, answer, cancellation);
                return new FetchedChain(provider.Name, answer.Value.Contracts.Count);
            }

            // Of several failures the first is told, unless another one may pass: for that it is worth asking again.
            if (failed.Provider is null || (answer.Error.IsTransient && !failed.MayPass))
                failed = new FetchedChain(provider.Name, 0, $"{provider.Name}: {answer.Error.Detail}", answer.Error.IsTransient, answer.Error.RetryAfter);
        }

        return failed;
    }

    private async Task PublishAsync(string provider, ProviderAnswer<OptionChainSnapshot> answer, CancellationToken cancellationToken)
    {
        var chain = answer.Value!;
        var provenance = new Provenance(provider, answer.RequestId, answer.At);
        foreach (var contracts in Parts(chain.Contracts))
        {
            await publisher.PublishAsync(
                Topics.RawOptions, chain.Underlying,
                new RawOptionChain(chain.Underlying, chain.UnderlyingPrice, chain.QuotedAt ?? answer.At, provenance, contracts), cancellationToken);
        }
    }

    /// <summary>Messages of whole expiries, as far as one fits into a message: calls and puts of an expiry are judged together.</summary>
    internal static IEnumerable<IReadOnlyList<RawOptionQuote>> Parts(IReadOnlyList<RawOptionQuote> quotes)
    {
        var part = new List<RawOptionQuote>();
        foreach (var expiry in quotes.GroupBy(quote => quote.Expiry).OrderBy(expiry => expiry.Key))
        {
            foreach (var chunk in expiry.Chunk(RawOptionChain.MaxContracts))
            {
                if (part.Count + chunk.Length > RawOptionChain.MaxContracts)
                {
                    yield return part;
                    part = [];
                }

                part.AddRange(chunk);
            }
        }

        if (part.Count > 0)
            yield return part;
    }
}
